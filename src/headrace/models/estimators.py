"""Estimators as skops archives: written, and read back only if they hold what we allow.

skops stores arrays as ``.npy`` without pickle and objects as JSON. Its own rules let only
known scikit-learn, numpy and scipy types be built; ours add the few below, and refuse every
kind of node and of archive member that no fitted estimator needs.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, NamedTuple

import numpy as np

from headrace.errors import ModelError
from headrace.models.encoders import Matrix

TRUSTED_TYPES = (
    "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    # HistGradientBoosting with categories keeps a FunctionTransformer(partial(check_array)).
    "functools.partial",
    "sklearn.utils.validation.check_array",
)
"""Allowed beyond skops' own; the trees' contents are checked by ``check_trees``."""

ALLOWED_NODES = frozenset(
    (
        *("DictNode", "DefaultDictNode", "ListNode", "SetNode", "TupleNode", "SliceNode"),
        *("JsonNode", "NdArrayNode", "MaskedArrayNode", "DTypeNode", "SparseMatrixNode"),
        *("RandomStateNode", "RandomGeneratorNode", "ObjectNode", "TypeNode", "CachedNode"),
        *("LossNode", "TreeNode", "FunctionNode", "PartialNode"),
    )
)
"""Kinds of skops nodes that a fitted estimator is made of (not methods, bytes or reduce calls)."""

_ARCHIVE_SCHEMA = "schema.json"
_ARRAY_SUFFIXES = (".npy", ".npz")


def dump_estimator(estimator: object) -> bytes:
    """An estimator as a skops archive.

    Raises
    ------
    ModelError : when it holds something that we would refuse to read back
    """
    import skops.io

    content: bytes = skops.io.dumps(estimator)
    refuse_foreign(content)
    return content


def load_estimator(content: bytes, n_features: int) -> Any:
    """The estimator of an archive, after its members, nodes and types were checked.

    Parameters
    ----------
    content : a skops archive
    n_features : width of the matrix that it will read; no tree may ask for more

    Raises
    ------
    ModelError : on anything that is not allowed, naming it
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    refuse_foreign(content)
    try:
        estimator = skops.io.loads(content, trusted=list(TRUSTED_TYPES))
    except UntrustedTypesFoundException as error:
        raise ModelError(f"the model's estimator is refused: {error}") from error
    except (KeyError, ValueError, TypeError, AttributeError, ImportError) as error:
        raise ModelError(
            f"the model's estimator cannot be read by these library versions: {error}",
            hint="train it again, or install the versions that its model.json names",
        ) from error
    check_trees(estimator, n_features)
    return estimator


def refuse_foreign(content: bytes) -> None:
    """Refuse an archive with members or nodes that no fitted estimator needs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                plain = "/" not in name and "\\" not in name
                if name != _ARCHIVE_SCHEMA and not (plain and name.endswith(_ARRAY_SUFFIXES)):
                    raise ModelError(f"the model's estimator is refused: it holds '{name}'")
            schema = json.loads(archive.read(_ARCHIVE_SCHEMA))
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise ModelError(f"the model's estimator is not a skops archive: {error}") from error
    foreign = _nodes(schema) - ALLOWED_NODES
    if foreign:
        raise ModelError(f"the model's estimator is refused: it holds {', '.join(sorted(foreign))}")


def _nodes(schema: object) -> set[str]:
    """The kinds of all nodes in a skops schema."""
    kinds: set[str] = set()
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "__loader__" in node:
                kinds.add(str(node["__loader__"]))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return kinds


def check_trees(estimator: Any, n_features: int) -> None:
    """Refuse trees that point outside themselves: scikit-learn follows them unchecked.

    A child always stands after its parent, so a tree that passes also has no cycle.
    """
    for part in _parts(estimator):
        if hasattr(part, "tree_"):
            tree = part.tree_
            nodes = _Nodes(tree.children_left, tree.children_right, tree.feature)
            _check_nodes(np.flatnonzero(tree.children_left != -1), nodes, n_features)
        elif hasattr(part, "raw_left_cat_bitsets"):
            nodes = _Nodes(part.nodes["left"], part.nodes["right"], part.nodes["feature_idx"])
            inner = np.flatnonzero(part.nodes["is_leaf"] == 0)
            _check_nodes(inner, nodes, n_features)
            _check_categories(part.nodes[inner], len(part.raw_left_cat_bitsets))


def _parts(estimator: Any) -> list[Any]:
    """The estimator itself and the trees of an ensemble."""
    rows: Any = getattr(estimator, "_predictors", None) or getattr(estimator, "estimators_", ())
    return [estimator, *(part for row in rows for part in _flat(row))]


def _flat(row: Any) -> list[Any]:
    """Boosting keeps a row of trees an iteration, a forest just trees."""
    return list(row) if isinstance(row, list | tuple | np.ndarray) else [row]


class _Nodes(NamedTuple):
    """A tree, one entry a node: its children's numbers and the feature that it asks for."""

    left: Matrix
    right: Matrix
    feature: Matrix


def _check_categories(nodes: Matrix, bitsets: int) -> None:
    """Refuse splits by category that name a set of categories which is not there."""
    asked = nodes["bitset_idx"][nodes["is_categorical"] != 0]
    if (asked >= bitsets).any():
        raise ModelError("the model's estimator is refused: a tree points outside itself")


def _check_nodes(inner: Matrix, nodes: _Nodes, n_features: int) -> None:
    for children in (nodes.left[inner], nodes.right[inner]):
        child = children.astype(np.int64)
        if ((child <= inner) | (child >= len(nodes.left))).any():
            raise ModelError("the model's estimator is refused: a tree points outside itself")
    asked = nodes.feature[inner].astype(np.int64)
    if ((asked < 0) | (asked >= n_features)).any():
        raise ModelError("the model's estimator is refused: a tree asks for a feature that is not")
