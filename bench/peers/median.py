"""How long calls take, by the rule of bench/median.hpp."""
import os
import statistics
import time

clock = time.process_time if os.environ.get("BENCH_PROCESSOR_TIME") else time.perf_counter


def median_ms(f, count):
    """Milliseconds of the median of `count` calls, after two that are not measured."""
    times = []
    for i in range(count + 2):
        start = clock()
        f()
        if i >= 2:
            times.append(1e3 * (clock() - start))
    return statistics.median(times)
