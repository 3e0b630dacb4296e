"""What FFmpeg, mediainfo and GStreamer make of a film: each has an AVI reader of its own."""

import json
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    frames: int
    duration_s: float
    width: int
    height: int


def run(*command):
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=50)
    assert done.stderr == "", done.stderr
    return done.stdout


def ffprobe(path):
    shown = run(
        *("ffprobe", "-v", "error", "-of", "json", path, "-show_entries"),
        "stream=codec_name,width,height,nb_frames,duration",
    )
    (stream,) = json.loads(shown)["streams"]
    assert stream["codec_name"] == "mjpeg"
    return Seen(
        int(stream["nb_frames"]), float(stream["duration"]), stream["width"], stream["height"]
    )


def ffmpeg_times(path, *options):
    """Decode everything: when each picture is shown."""
    shown = run(
        "ffmpeg",
        "-v",
        "error",
        *options,
        "-i",
        path,
        "-fps_mode",
        "passthrough",
        "-f",
        "framecrc",
        "-",
    )
    lines = [line.split(",") for line in shown.splitlines() if not line.startswith("#")]
    base = next(line for line in shown.splitlines() if line.startswith("#tb 0:"))
    numerator, denominator = map(int, base.split(":")[1].split("/"))
    return [int(line[2]) * numerator / denominator for line in lines]


def mediainfo(path):
    """Frames, duration and the format's profile (``OpenDML`` above one RIFF)."""
    shown = run("mediainfo", "--Output=JSON", path)
    general, video = json.loads(shown)["media"]["track"]
    assert video["Format"] == "JPEG"
    frames, duration_s = int(video["FrameCount"]), float(video["Duration"])
    seen = Seen(frames, duration_s, int(video["Width"]), int(video["Height"]))
    return seen, general.get("Format_Profile")


def gstreamer_plays(path):
    """Play it to its end; raises if that fails."""
    run(
        *("gst-launch-1.0", "--quiet", "filesrc", f"location={path}", "!", "avidemux", "!"),
        *("jpegdec", "!", "fakesink"),
    )


def assert_plays(path):
    """All readers find the same film, without a complaint; gives it."""
    seen = ffprobe(path)
    by_mediainfo, _ = mediainfo(path)
    assert (by_mediainfo.frames, by_mediainfo.width) == (seen.frames, seen.width)
    assert abs(by_mediainfo.duration_s - seen.duration_s) < 0.01
    times = ffmpeg_times(path)
    assert len(times) <= seen.frames
    assert times[-1] <= seen.duration_s
    gstreamer_plays(path)
    return seen
