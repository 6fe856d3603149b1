/* Where the kernel jumps to: align the stack, call main, leave. */
__asm__(".pushsection .text.start,\"ax\",@progbits\n"
	".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	and $-16, %rsp\n"
	"	call main\n"
	"	mov %eax, %edi\n"
	"	mov $60, %eax\n"
	"	syscall\n"
	".popsection\n");
