/* The guest: begins in real mode at 0x1000 (CS = DS = SS = 0), goes to protected and then to 64-bit mode and works there.
   Each stage says its number on port 0x10 when it is done; 0x7f is the last word of a guest that is well, 0xff that of one that
   computed wrongly. Addresses are fixed: the code is copied to 0x1000. */
    .section .rodata
    .globl guest_start, guest_end
    .set BASE, 0x1000
    .set PORT, 0x10
    .set TABLES, 0x4000          /* PML4, then PDPT and PD; a second PML4 at 0x7000 */
#define AT(label) (BASE + (label) - guest_start)

    .balign 16
guest_start:
    .code16
    movw $0x55aa, 0x2000         /* memory in real mode */
    cmpw $0x55aa, 0x2000
    jne fail16
    movb $1, %al
    outb %al, $PORT
    cli
    lgdtl AT(gdt_pointer)
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    ljmpl $8, $AT(protected)
fail16:
    movb $0xff, %al
    outb %al, $PORT
    hlt

    .code32
protected:
    movw $16, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $0x3ff0, %esp
    movb $2, %al
    outb %al, $PORT
    movl $0x80000001, %eax
    cpuid
    testl $0x20000000, %edx      /* a 64-bit processor, as the host's */
    jz fail32
    movl %cr4, %eax
    orl $0x20, %eax              /* PAE */
    movl %eax, %cr4
    movl $TABLES, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx       /* EFER.LME */
    rdmsr
    orl $0x100, %eax
    wrmsr
    movl %cr0, %eax
    orl $0x80000000, %eax        /* paging */
    movl %eax, %cr0
    ljmpl $24, $AT(long_mode)
fail32:
    movb $0xff, %al
    outb %al, $PORT
    hlt

    .code64
long_mode:
    movw $16, %ax
    movw %ax, %ss
    movb $3, %al
    outb %al, $PORT
    movl $0x7000, %eax           /* another address space, in which 2 MiB to 4 MiB is the first 2 MiB again */
    movq %rax, %cr3
    movl $0x12345678, 0x202000
    cmpl $0x12345678, 0x2000
    jne fail64
    movb $4, %al
    outb %al, $PORT
    movl $1024, %ecx             /* a page table entry changed and flushed, many times over: what shadow paging must follow */
remap:
    movq $0x200087, %rax
    testb $1, %cl
    jz even
    movq $0x87, %rax
even:
    movq %rax, 0x9008            /* the second entry of the second page directory */
    invlpg 0x200000
    movl $0x11, 0x2000
    movl %ecx, 0x202000
    movl 0x2000, %edx
    testb $1, %cl
    jz other
    cmpl %ecx, %edx              /* odd: both are one page */
    jne fail64
    jmp next
other:
    cmpl $0x11, %edx             /* even: two pages */
    jne fail64
next:
    loop remap
    movb $5, %al
    outb %al, $PORT
    lidt AT(idt_pointer)
    movl $AT(page_fault), %eax   /* vector 14 */
    movq $0x2800, %rdi
    addq $(14 * 16), %rdi
    movw %ax, (%rdi)
    movw $24, 2(%rdi)
    movw $0x8e00, 4(%rdi)
    movl $0, 6(%rdi)
    movl $0, 10(%rdi)
    xorl %ebx, %ebx
    movl 0x600000, %eax          /* not mapped: a page fault, handled, gone on from behind it */
after_fault:
    cmpl $0x600000, %ebx
    jne fail64
    movb $6, %al
    outb %al, $PORT
    movl $0xc0000080, %ecx       /* EFER.SCE */
    rdmsr
    orl $1, %eax
    wrmsr
    movl $0xc0000081, %ecx       /* STAR: kernel 24 and 32, user 40 and 48 */
    xorl %eax, %eax
    movl $0x00230018, %edx
    wrmsr
    movl $0xc0000084, %ecx       /* SFMASK: no interrupts */
    movl $0x200, %eax
    xorl %edx, %edx
    wrmsr
    movl $0xc0000082, %ecx       /* LSTAR */
    movl $AT(system_call), %eax
    wrmsr
    xorl %eax, %eax
    rdmsr
    cmpl $AT(system_call), %eax
    jne fail64
    movb $7, %al
    outb %al, $PORT
    xorl %ebx, %ebx
    movl $AT(user), %ecx
    movl $2, %r11d
    sysretq
user:
    movw %cs, %bx                /* in user mode, or the privilege level in it says otherwise */
    syscall
system_call:
    cmpl $51, %ebx
    jne fail64
    swapgs
    swapgs
    movb $8, %al
    outb %al, $PORT
    movl $0x2800 + 0x40 * 16, %edi
    movl $AT(timer), %eax
    movw %ax, (%rdi)
    movw $24, 2(%rdi)
    movw $0x8e00, 4(%rdi)
    movl $0, 6(%rdi)
    movl $0, 10(%rdi)
    movl $0x1b, %ecx             /* the local interrupt controller, by registers */
    rdmsr
    orl $0xc00, %eax
    wrmsr
    xorl %edx, %edx
    movl $0x80f, %ecx            /* on */
    movl $0x1ff, %eax
    wrmsr
    movl $0x83e, %ecx            /* the timer's divider, vector and count: once, in a fraction of a millisecond */
    movl $0xb, %eax
    wrmsr
    movl $0x832, %ecx
    movl $0x40, %eax
    wrmsr
    xorl %ebx, %ebx
    movl $0x838, %ecx
    movl $100000, %eax
    wrmsr
sleep:
    sti
    hlt
    cli
    cmpl $0x40, %ebx
    jne sleep
    movb $9, %al
    outb %al, $PORT
    fninit
    movq %cr4, %rdx
    orq $0x600, %rdx             /* OSFXSR, OSXMMEXCPT */
    movq %rdx, %cr4
    movl $21, %eax
    cvtsi2sd %eax, %xmm0
    addsd %xmm0, %xmm0
    cvttsd2si %xmm0, %eax
    cmpl $42, %eax
    jne fail64
    movb $0x7f, %al
    outb %al, $PORT
fail64:
    movb $0xff, %al
    outb %al, $PORT
    hlt

timer:
    movl $0x40, %ebx
    pushq %rcx
    xorl %eax, %eax
    xorl %edx, %edx
    movl $0x80b, %ecx            /* end of interrupt */
    wrmsr
    popq %rcx
    iretq

page_fault:
    movq %cr2, %rbx
    addq $8, %rsp                /* the error code */
    movq $AT(after_fault), %rax
    movq %rax, (%rsp)
    iretq

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff     /* 8: 32-bit code */
    .quad 0x00cf93000000ffff     /* 16: data */
    .quad 0x00af9b000000ffff     /* 24: 64-bit code */
    .quad 0x00cf93000000ffff     /* 32: data again, where SYSCALL looks for it */
    .quad 0x00cff3000000ffff     /* 40: data of the user */
    .quad 0x00affb000000ffff     /* 48: 64-bit code of the user */
gdt_pointer:
    .word 55
    .long AT(gdt)
idt_pointer:
    .word 0xfff
    .quad 0x2800
guest_end:
    .section .note.GNU-stack,"",@progbits
