"""What machine this is."""
import ctypes
import datetime
import os
import shutil
import subprocess

PLACES = ("/usr/local/cuda/bin", "/usr/local/cuda/compute-sanitizer")
SMI = "name,driver_version,clocks.sm,clocks.mem,clocks.max.sm,power.draw,temperature.gpu,utilization.gpu"


def find_program(name):
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(PLACES))


def output_of(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        return done.stdout.strip() if done.returncode == 0 else ""
    except (OSError, subprocess.TimeoutExpired):
        return ""


def nvidia_smi():
    return output_of("nvidia-smi", f"--query-gpu={SMI}", "--format=csv,noheader")


def count_gpus():
    """(how many, why none)"""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
        code = driver.cuInit(0)
        count = ctypes.c_int(0)
        code = code or driver.cuDeviceGetCount(ctypes.byref(count))
    except (OSError, AttributeError) as error:
        return 0, str(error)
    return (count.value, "" if count.value else "the driver counts none") if code == 0 else (0, f"driver code {code}")


def compute_capability():
    """"90", or "" if nobody says."""
    lines = output_of("nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader").splitlines()
    return lines[0].replace(".", "") if lines else ""


def describe(root):
    gpus, why = count_gpus()
    return {
        "date": datetime.date.today().isoformat(),
        "commit": output_of("git", "-C", str(root), "describe", "--always", "--dirty") or "unknown",
        "gpus": gpus,
        "why_no_gpu": why,
        "nvidia_smi": nvidia_smi(),
        "nvcc": (output_of(find_program("nvcc") or "nvcc", "--version").splitlines() or [""])[-1],
        "power_mode": output_of("nvpmodel", "-q"),  # of a Jetson
    }
