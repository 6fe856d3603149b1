#include "clock.h"

#include "sys.h"

#define NS 1000000000u

uint64_t now_ns(int clock)
{
	struct __kernel_timespec time = {0, 0};

	sys_clock_get(clock, &time);
	return (uint64_t)time.tv_sec * NS + (uint64_t)time.tv_nsec;
}

uint64_t now_ms(void)
{
	return now_ns(CLOCK_MONOTONIC_TIME) / 1000000;
}

int set_clock(uint64_t ns)
{
	struct __kernel_timespec time = {(long long)(ns / NS), (long long)(ns % NS)};

	return sys_clock_set(CLOCK_WALL, &time);
}
