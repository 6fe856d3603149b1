/* System calls of x86-64. Another processor needs a header like this one and a start_*.c. */
#ifndef KESTREL_ARCH_H
#define KESTREL_ARCH_H

static inline int sys6(long n, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	int result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static inline int sys5(long n, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	int result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

static inline int sys4(long n, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	int result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

static inline int sys3(long n, long a, long b, long c)
{
	int result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(n), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

static inline int sys2(long n, long a, long b)
{
	int result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b) : "rcx", "r11", "memory");
	return result;
}

static inline int sys1(long n, long a)
{
	int result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a) : "rcx", "r11", "memory");
	return result;
}

static inline int sys0(long n)
{
	int result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(n) : "rcx", "r11", "memory");
	return result;
}

/* A file that exists when the kernel can power this machine off; without it power-off would halt for ever. */
#define ARCH_POWER_OFF_SIGN "/sys/firmware/acpi/tables"

#endif
