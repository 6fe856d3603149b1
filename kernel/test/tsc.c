/* Prints the frequency of this machine's time stamp counter in kHz: emulated processors count by it. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

/* One reading of both clocks, the tightest of several: nanoseconds in *time, ticks returned. */
static uint64_t sample(int64_t *time)
{
    uint64_t best = UINT64_MAX, ticks = 0;
    for (int i = 0; i < 100; i++) {
        struct timespec t;
        uint64_t before = __rdtsc();
        clock_gettime(CLOCK_MONOTONIC_RAW, &t);
        uint64_t width = __rdtsc() - before;
        if (width < best) {
            best = width;
            ticks = before + width / 2;
            *time = t.tv_sec * 1000000000LL + t.tv_nsec;
        }
    }
    return ticks;
}

int main(void)
{
    int64_t start, end;
    uint64_t first = sample(&start);
    struct timespec pause = {.tv_nsec = 100000000};
    nanosleep(&pause, NULL);
    uint64_t last = sample(&end);
    printf("%.0f\n", (double)(last - first) * 1e6 / (double)(end - start));
    return 0;
}
