"""k-means clustering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from headrace.algorithms.base import Clusterer, Estimator, FitContext, spelling
from headrace.errors import FitError
from headrace.graph.options import parameter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from headrace.models.preparation import Treatment


class KMeans(Clusterer):
    """Each row belongs to the nearest of k centres, each centre is the mean of its rows."""

    name: ClassVar[str] = "KMeans"
    title: ClassVar[str] = "k-means clustering"
    description: ClassVar[str] = (
        "Groups rows around k centres so that the squared distances to them are small. Distances "
        "mix all features, so numbers are scaled first."
    )
    source: ClassVar[str] = (
        "Lloyd (1982), Least Squares Quantization in PCM, IEEE Transactions on Information Theory "
        "28; Arthur and Vassilvitskii (2007), k-means++, SODA"
    )
    example: ClassVar[str] = 'train t as KMeans.`segments` where featuresCol="features" and k=5;'

    k: int = parameter(2, "n_clusters", title="number of clusters", ge=2)
    max_iter: int = parameter(300, title="most rounds of moving the centres", ge=1)
    tolerance: float = parameter(
        1e-4, "tol", title="movement of the centres below which it stops", gt=0
    )
    starts: int = parameter(
        10, "n_init", title="times that it begins anew; the best result is kept", ge=1
    )
    init: Annotated[
        Literal["k-means++", "random"],
        spelling(**{"k_means||": "k-means++", "k_means++": "k-means++"}),
    ] = parameter("k-means++", "initMode", title="how the first centres are chosen")
    standardize: bool = parameter(
        True, "standardization", title="scale numbers to mean 0 and deviation 1 first"
    )

    def treatment(self) -> Treatment:
        from headrace.models.preparation import Treatment

        return Treatment(text="onehot", missing="mean", scale=self.standardize)

    def build(self, context: FitContext) -> Estimator:
        from sklearn.cluster import KMeans as Clusters

        if context.rows < self.k:
            raise FitError(
                f"KMeans cannot make {self.k} clusters of {context.rows:,} rows", hint="lower k"
            )
        estimator: Estimator = Clusters(
            n_clusters=self.k,
            init=self.init,
            n_init=self.starts,
            max_iter=self.max_iter,
            tol=self.tolerance,
            random_state=context.seed,
        )
        return estimator

    def importance(self, estimator: Any) -> NDArray[np.float64] | None:
        """How far apart the centres lie in each feature, in units of the features."""
        spread: NDArray[np.float64] = estimator.cluster_centers_.std(axis=0)
        return spread
