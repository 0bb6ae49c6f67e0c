"""A model directory: complete when written, refused when anything in it was changed."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans

from headrace.errors import ModelError
from headrace.models.artifact import (
    FORMAT_VERSION,
    Fitted,
    load_artifact,
    read_description,
    stamp,
    write_artifact,
)
from headrace.models.manifest import manifest_digest, write_manifest
from headrace.models.preparation import Preparation, Treatment
from tests.models.conftest import FAMILIES, FEATURES


def rewrite_description(artifact: Path, **changes: object) -> None:
    """Change ``model.json`` as one who also mends the manifest would."""
    path = artifact / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    write_manifest(artifact)


class TestWriting:
    def test_holds_these_files_and_no_other(self, artifact: Path) -> None:
        names = {path.name for path in artifact.iterdir()}

        assert names == {"model.json", "estimator.skops", "golden.parquet", "MANIFEST"}

    def test_describes_the_model(self, artifact: Path) -> None:
        description = read_description(artifact)

        assert description["algorithm"] == "LogisticRegression"
        assert description["signature"]["inputs"][0] == ["age", "bigint"]
        assert description["labels"] == {
            "column": "churned", "type": "string", "classes": ["no", "yes"],
        }  # fmt: skip
        assert description["formats"] == ["skops"]
        assert set(description["libraries"]) >= {"python", "headrace", "scikit-learn", "numpy"}

    def test_keeps_200_golden_rows_with_features_and_scores(self, artifact: Path) -> None:
        golden = pq.read_table(artifact / "golden.parquet")

        assert golden.num_rows == 200
        assert golden.column_names == ["inputs", "features", "scores"]

    def test_holds_no_pickle(
        self, fitted: dict[str, Fitted], rows: pa.Table, tmp_path: Path
    ) -> None:
        for name, made in fitted.items():
            write_artifact(tmp_path / name, made, rows)
            with zipfile.ZipFile(tmp_path / name / "estimator.skops") as archive:
                suffixes = {Path(member).suffix for member in archive.namelist()}

            assert suffixes <= {".json", ".npy", ".npz"}

    def test_a_place_that_cannot_be_written_is_an_error(
        self, fitted: dict[str, Fitted], rows: pa.Table, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")

        with pytest.raises(ModelError, match="could not be written"):
            write_artifact(tmp_path / "file" / "model", fitted["Ridge"], rows)

    def test_a_directory_with_other_files_is_refused(
        self, fitted: dict[str, Fitted], rows: pa.Table, artifact: Path
    ) -> None:
        with pytest.raises(ModelError, match="is not empty"):
            write_artifact(artifact, fitted["Ridge"], rows)

    def test_a_classifier_without_labels_is_refused(self, rows: pa.Table) -> None:
        preparation = Preparation.fit(rows, FEATURES, Treatment())

        with pytest.raises(ModelError, match="needs its labels"):
            Fitted("A", "classify", None, preparation)


class TestLoading:
    @pytest.mark.parametrize("family", FAMILIES)
    def test_every_family_comes_back(
        self, fitted: dict[str, Fitted], rows: pa.Table, tmp_path: Path, family: str
    ) -> None:
        digest = write_artifact(tmp_path / "m", fitted[family], rows)

        loaded = load_artifact(tmp_path / "m", digest)

        assert loaded.preparation == fitted[family].preparation
        assert loaded.signature == fitted[family].signature

    def test_fewer_rows_than_golden_ones_are_enough(
        self, fitted: dict[str, Fitted], rows: pa.Table, tmp_path: Path
    ) -> None:
        digest = write_artifact(tmp_path / "m", fitted["Ridge"], rows.slice(0, 1))

        assert load_artifact(tmp_path / "m", digest).signature.task == "regress"

    def test_a_row_between_two_centres_is_no_damage(self, tmp_path: Path) -> None:
        grid = pa.table({"x": [i % 3 for i in range(90)], "y": [i // 3 % 3 for i in range(90)]})
        preparation = Preparation.fit(grid, ["x", "y"], Treatment(scale=True))
        matrix = preparation.transform(grid.columns)

        for seed in range(5):
            model = KMeans(4, n_init=1, random_state=seed).fit(matrix)
            made = Fitted("KMeans", "cluster", model, preparation)
            write_artifact(tmp_path / str(seed), made, grid)
            loaded = load_artifact(tmp_path / str(seed))

            assert loaded.score(grid.columns)[:, 1].max() < 3

    def test_a_newer_format_is_refused(self, artifact: Path) -> None:
        rewrite_description(artifact, format_version=FORMAT_VERSION + 1)

        with pytest.raises(ModelError, match=r"has format 2, and this version reads up to 1"):
            load_artifact(artifact)

    def test_another_preparation_fails_the_golden_rows(self, artifact: Path) -> None:
        preparation = read_description(artifact)["preparation"]
        preparation["centre"][0] += 1
        rewrite_description(artifact, preparation=preparation)

        with pytest.raises(ModelError, match="prepares its golden row 1 differently"):
            load_artifact(artifact)

    def test_another_estimator_fails_the_golden_rows(
        self, artifact: Path, fitted: dict[str, Fitted], rows: pa.Table, tmp_path: Path
    ) -> None:
        other = fitted["LogisticRegression"]
        flipped = type(other.estimator)().fit(
            other.preparation.transform([rows[name] for name in FEATURES]),
            rows["member"].to_numpy(zero_copy_only=False).astype(int),
        )
        replaced = Fitted("A", "classify", flipped, other.preparation, other.labels)
        write_artifact(tmp_path / "other", replaced, rows)
        content = (tmp_path / "other" / "estimator.skops").read_bytes()
        (artifact / "estimator.skops").write_bytes(content)
        write_manifest(artifact)

        with pytest.raises(ModelError, match="scores its golden row 1 differently"):
            load_artifact(artifact)

    def test_golden_rows_that_are_no_parquet_are_refused(self, artifact: Path) -> None:
        (artifact / "golden.parquet").write_bytes(b"nothing")
        write_manifest(artifact)

        with pytest.raises(ModelError, match="golden rows cannot be read"):
            load_artifact(artifact)

    def test_a_description_that_is_no_json_is_refused(self, artifact: Path) -> None:
        (artifact / "model.json").write_text("{")
        write_manifest(artifact)

        with pytest.raises(ModelError, match=r"'model.json' cannot be read"):
            load_artifact(artifact)


class TestTampering:
    """What stands in the store's database is the digest; everything else may be attacked."""

    @pytest.mark.parametrize(
        "name", ["model.json", "estimator.skops", "golden.parquet", "MANIFEST"]
    )
    def test_one_changed_byte_is_named(self, artifact: Path, name: str) -> None:
        digest = manifest_digest(artifact)
        content = bytearray((artifact / name).read_bytes())
        content[len(content) // 2] ^= 1
        (artifact / name).write_bytes(content)

        with pytest.raises(ModelError, match=f"'?{name}'? was changed"):
            load_artifact(artifact, digest)

    @pytest.mark.parametrize("name", ["estimator.skops", "MANIFEST"])
    def test_a_missing_file_is_named(self, artifact: Path, name: str) -> None:
        (artifact / name).unlink()

        with pytest.raises(ModelError, match=f"'?{name}'? is missing"):
            load_artifact(artifact)

    def test_a_manifest_that_no_longer_lists_a_file_is_refused(self, artifact: Path) -> None:
        (artifact / "golden.parquet").unlink()
        write_manifest(artifact)

        with pytest.raises(ModelError, match=r"'golden.parquet' is missing"):
            load_artifact(artifact)

    @pytest.mark.parametrize("name", ["extra.pkl", "folder/extra.npy"])
    def test_an_added_file_is_named(self, artifact: Path, name: str) -> None:
        (artifact / name).parent.mkdir(exist_ok=True)
        (artifact / name).write_bytes(b"")

        with pytest.raises(ModelError, match=f"'{name}' was added"):
            load_artifact(artifact)

    def test_a_link_is_refused(self, artifact: Path, tmp_path: Path) -> None:
        (artifact / "model.json").rename(tmp_path / "model.json")
        (artifact / "model.json").symlink_to(tmp_path / "model.json")

        with pytest.raises(ModelError, match=r"'model.json' is a link"):
            load_artifact(artifact)

    @pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../b"])
    def test_a_name_that_leaves_the_directory_is_refused(self, artifact: Path, name: str) -> None:
        manifest = artifact / "MANIFEST"
        manifest.write_text(manifest.read_text() + f"{'0' * 64}  1  {name}\n")

        with pytest.raises(ModelError, match="is not a file of it"):
            load_artifact(artifact)

    def test_a_directory_that_is_none_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="no model directory"):
            load_artifact(tmp_path / "nothing")


class TestStamping:
    def test_gives_a_name_a_version_and_a_new_digest(self, artifact: Path) -> None:
        before = manifest_digest(artifact)

        digest = stamp(artifact, "churn", 3)

        assert digest != before
        description = load_artifact(artifact, digest).description
        assert (description["name"], description["version"]) == ("churn", 3)


def test_archives_are_readable_by_zip_alone(artifact: Path) -> None:
    content = io.BytesIO((artifact / "estimator.skops").read_bytes())

    assert "schema.json" in zipfile.ZipFile(content).namelist()
