"""Makes the windows from which models of strips are trained: train.npy and test.npy, [N, height, width], in a folder.

    .venv/bin/python Scripts/strips.py digits  FOLDER-OF-MNIST  -o data/digits-strips
    .venv/bin/python Scripts/strips.py texture brick.png        -o data/brick --rotate --shrink 2 --width 32
    .venv/bin/python Scripts/strips.py weather eraint_uvz.nc    -o data/weather

digits: rows of MNIST digits at half resolution, one after the other, cut at any column: 16×16 bytes.
texture: crops of a grey picture; the right quarter is for testing: height×width bytes.
weather: the westerly wind u of ERA-Interim from 20 to 81 degrees north, periodic in longitude: 32×32 numbers of mean 0 and
deviation 1; trained on one half of the fields, tested on the other.

Needs numpy and scipy, which `make setup` installs in .venv; for textures also pillow: .venv/bin/pip install pillow.
"""

import argparse
import gzip
import pathlib

import numpy as np


def halved(images: np.ndarray) -> np.ndarray:
    """Averages of 2×2 pixels."""
    count, height, width = images.shape
    return images.reshape(count, height // 2, 2, width // 2, 2).mean(axis=(2, 4))


def idx_images(folder: pathlib.Path, name: str) -> np.ndarray:
    """The images of an IDX file, packed or not."""
    packed = folder / f"{name}.gz"
    data = gzip.open(packed).read() if packed.exists() else (folder / name).read_bytes()
    count, height, width = np.frombuffer(data, ">i4", 3, offset=4)
    return np.frombuffer(data, np.uint8, offset=16).reshape(count, height, width)


def digit_windows(images: np.ndarray, count: int, width: int, random: np.random.Generator) -> np.ndarray:
    """Windows at any column of one long row of digits, framed by an empty row above and below."""
    row = halved(images[random.permutation(len(images))]).transpose(1, 0, 2).reshape(14, -1)
    row = np.pad(row.round().astype(np.uint8), ((1, 1), (0, 0)))
    starts = random.integers(0, row.shape[1] - width + 1, count)
    return np.stack([row[:, start : start + width] for start in starts])


def crops(picture: np.ndarray, count: int, height: int, width: int, random: np.random.Generator) -> np.ndarray:
    """Crops at any place."""
    rows = random.integers(0, picture.shape[0] - height + 1, count)
    columns = random.integers(0, picture.shape[1] - width + 1, count)
    return np.stack([picture[r : r + height, c : c + width] for r, c in zip(rows, columns)])


def digits(options, random):
    folder = pathlib.Path(options.source)
    for part, name, count in [("train", "train", options.count), ("test", "t10k", options.count // 10)]:
        yield part, digit_windows(idx_images(folder, f"{name}-images-idx3-ubyte"), count, options.width or 16, random)


def texture(options, random):
    try:
        from PIL import Image
    except ImportError:
        raise SystemExit("textures need pillow: .venv/bin/pip install pillow") from None

    picture = np.asarray(Image.open(options.source).convert("L"), float)
    if options.rotate:
        picture = np.rot90(picture)
    edge = options.shrink
    height, width = (size // edge * edge for size in picture.shape)
    picture = picture[:height, :width].reshape(height // edge, edge, width // edge, edge).mean(axis=(1, 3))
    picture = picture.round().astype(np.uint8)
    split, side = picture.shape[1] * 3 // 4, options.width or 32
    yield "train", crops(picture[:, :split], options.count, options.height, side, random)
    yield "test", crops(picture[:, split:], options.count // 10, options.height, side, random)


def weather(options, random):
    from scipy.io import netcdf_file

    with netcdf_file(options.source, mmap=False) as file:
        wind = file.variables["u"]
        fields = wind.data * np.float64(wind.scale_factor) + np.float64(wind.add_offset)
        latitude = file.variables["latitude"].data.copy()
    fields = fields.reshape(-1, *fields.shape[-2:])
    # 32 rows of 1.9 degrees from 81 degrees north down, columns of 3 degrees: 120 around the globe.
    rows = np.abs(latitude[:, None] - np.linspace(81, 20, 32)).argmin(axis=0)
    fields = fields[:, rows].reshape(len(fields), 32, -1, 4).mean(axis=-1)
    fields = (fields - fields.mean(axis=(1, 2), keepdims=True)) / fields.std(axis=(1, 2), keepdims=True)
    width = options.width or 32
    around = np.concatenate([fields, fields[:, :, : width - 1]], axis=2)
    for part, members, count in [("train", around[0::2], options.count), ("test", around[1::2], options.count // 10)]:
        chosen = random.integers(0, len(members), count)
        starts = random.integers(0, around.shape[2] - width + 1, count)
        yield part, np.stack([members[f][:, s : s + width] for f, s in zip(chosen, starts)]).astype(np.float32)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["digits", "texture", "weather"])
    parser.add_argument("source", help="a folder of IDX files, a picture, or a netCDF file")
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path, help="the folder to write")
    parser.add_argument("--count", type=int, default=20000, help="windows for training; a tenth as many for testing")
    parser.add_argument("--width", type=int, help="columns of a window")
    parser.add_argument("--height", type=int, default=32, help="rows of a texture's window")
    parser.add_argument("--shrink", type=int, default=1, help="average squares of so many pixels first")
    parser.add_argument("--rotate", action="store_true", help="turn the picture by a quarter first")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(options.seed)
    for part, windows in {"digits": digits, "texture": texture, "weather": weather}[options.kind](options, random):
        path = options.output / f"{part}.npy"
        np.save(path, np.ascontiguousarray(windows))
        print(f"{path}: {windows.shape} {windows.dtype}, mean {windows.mean():.3f}, deviation {windows.std():.3f}")


if __name__ == "__main__":
    main()
