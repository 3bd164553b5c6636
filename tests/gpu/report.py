"""The table for docs/gpu-verified.md out of the results of tests/gpu/run."""


def head(results):
    about = results["machine"]
    gpu = about["nvidia_smi"] or (f"{about['gpus']} GPU" if about["gpus"] else f"no GPU ({about['why_no_gpu']})")
    lines = [f"# GPU run of {about['date']}, commit {about['commit']}", "", f"Before: {gpu}"]
    if about.get("nvidia_smi_after"):
        lines.append(f"After: {about['nvidia_smi_after']}")
    if about["power_mode"]:
        lines.append(f"Power mode: {about['power_mode']}")
    return lines


def parts_table(parts):
    lines = ["", "| part | | seconds | |", "|---|---|---:|---|"]
    return lines + [f"| {p['part']} | {p['status']} | {p['seconds']} | {p['why']} |" for p in parts]


def benches(results, mode):
    """(name, JSON) of what lentil bench has timed."""
    for name, bench in (results.get("bench") or {}).items():
        if bench and bench["mode"] == mode:
            yield name, bench


def inference_rows(results):
    """(system, batch, p50 us, p99 us, images/s)"""
    for name, bench in benches(results, "infer"):
        for run in bench["runs"]:
            yield (f"Lentil, {name}", run["batch"], run["p50_us"], run["p99_us"], run["images_per_second"])
    for variant, found in (results.get("pytorch") or {}).items():
        for run in (found or {}).get("inference", []):
            yield (f"PyTorch {found['version']}, {variant}, {found['device']}", run["batch"], run["p50_us"],
                   run["p99_us"], run["images_per_second"])


def training_rows(results):
    """(system, images of an epoch, seconds of it, images/s); bench times steps, not epochs"""
    for name, bench in benches(results, "train"):
        for run in bench["runs"]:
            yield f"Lentil, {name}", "", "", run["images_per_second"]
    for name, run in (results.get("train") or {}).items():
        if run:
            seconds = f"{run['seconds'] / run['epochs']:.4f}"
            yield f"Lentil, {name}, start and tests included", "", seconds, run["images_per_second"]
    for variant, found in (results.get("pytorch") or {}).items():
        run = (found or {}).get("training")
        if run:
            yield (f"PyTorch {found['version']}, {variant}, {found['device']}", run["images"], f"{run['seconds']:.4f}",
                   run["images"] / run["seconds"])


def text(results):
    lines = head(results) + parts_table(results["parts"])
    rows = sorted(inference_rows(results), key=lambda r: r[1])
    if rows:
        lines += ["", "LeNet, inference. Lentil: from the caller's memory and back; PyTorch: the same at batch 1, images on",
                  "the device otherwise.", "", "| system | batch | p50 us | p99 us | images/s |", "|---|---:|---:|---:|---:|"]
        lines += [f"| {s} | {b} | {p50:.1f} | {p99:.1f} | {n:,.0f} |" for s, b, p50, p99, n in rows]
    rows = list(training_rows(results))
    if rows:
        lines += ["", "LeNet, training, batch 64.", "", "| system | images | seconds of an epoch | images/s |",
                  "|---|---:|---:|---:|"]
        lines += [f"| {s} | {n} | {t} | {rate:,.0f} |" for s, n, t, rate in rows]
    return "\n".join(lines) + "\n"
