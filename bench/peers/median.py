"""How long calls take, by the rule of bench/median.hpp."""
import statistics
import time


def median_ms(f, count):
    """Milliseconds of the median of `count` calls, after two that are not measured."""
    times = []
    for i in range(count + 2):
        start = time.perf_counter()
        f()
        if i >= 2:
            times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)
