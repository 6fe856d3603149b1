//! System calls that the process can make; all others answer that they do not exist.

use std::collections::BTreeMap;

use libc::*;
use seccompiler::{
    apply_filter, BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition as Condition, SeccompFilter, SeccompRule, TargetArch,
};

/// Of the machine: its processors, memory, devices, and the threads that serve them.
const MACHINE: &[c_long] = &[
    SYS_brk, SYS_clock_gettime, SYS_clock_nanosleep, SYS_clone, SYS_clone3, SYS_close, SYS_dup, SYS_dup2, SYS_dup3, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait,
    SYS_epoll_wait, SYS_eventfd2, SYS_exit, SYS_exit_group, SYS_fallocate, SYS_fdatasync, SYS_fstat, SYS_fstatfs, SYS_fsync, SYS_ftruncate, SYS_futex,
    SYS_getpid, SYS_getrandom, SYS_gettid, SYS_getuid, SYS_lseek, SYS_madvise, SYS_membarrier, SYS_mremap, SYS_munmap, SYS_nanosleep, SYS_newfstatat,
    SYS_openat, SYS_poll, SYS_ppoll, SYS_pread64, SYS_preadv, SYS_preadv2, SYS_pwrite64, SYS_pwritev, SYS_pwritev2, SYS_read, SYS_readv, SYS_restart_syscall,
    SYS_rseq, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sched_getaffinity, SYS_sched_yield, SYS_set_robust_list, SYS_sigaltstack, SYS_statx,
    SYS_timerfd_create, SYS_timerfd_gettime, SYS_timerfd_settime, SYS_uname, SYS_write, SYS_writev,
];

/// Of the link, and of a socket that `SOCKET` lets be made.
const SOCKETS: &[c_long] = &[SYS_accept4, SYS_connect, SYS_getsockopt, SYS_recvfrom, SYS_recvmsg, SYS_sendmsg, SYS_sendto, SYS_shutdown];

/// Of shared directories.
const SHARES: &[c_long] = &[
    SYS_capget, SYS_capset, SYS_copy_file_range, SYS_faccessat, SYS_faccessat2, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_fgetxattr, SYS_flistxattr,
    SYS_flock, SYS_fremovexattr, SYS_fsetxattr, SYS_getdents64, SYS_getegid, SYS_geteuid, SYS_getgid, SYS_getxattr, SYS_linkat, SYS_listxattr, SYS_mkdirat, SYS_mknodat, SYS_readlinkat,
    SYS_removexattr, SYS_renameat, SYS_renameat2, SYS_setxattr, SYS_statfs, SYS_symlinkat, SYS_sync_file_range, SYS_syncfs, SYS_umask,
    SYS_unlinkat, SYS_utimensat, SYS_fadvise64,
];

/// By these a process that is root, as one with shares is, would have the kernel send signals to any other.
const OWNERS_OF_DESCRIPTORS: [c_int; 3] = [F_SETOWN, 10 /* F_SETSIG */, 15 /* F_SETOWN_EX */];
const OWNERS_OF_SOCKETS: [u64; 2] = [0x8901 /* FIOSETOWN */, 0x8902 /* SIOCSPGRP */];
/// The user or group that a change of them leaves as it is.
const SAME: u64 = u32::MAX as u64;

/// Holds for this thread and all that it starts.
pub fn confine(shares: bool) -> Result<(), Box<dyn std::error::Error>> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = MACHINE.iter().chain(SOCKETS).map(|call| (*call, Vec::new())).collect();
    if shares {
        rules.extend(SHARES.iter().map(|call| (*call, Vec::new())));
        // A file is the guest's user's because its server is that user for a moment.
        for call in [SYS_setresuid, SYS_setresgid] {
            rules.insert(call, all(&[(0, SeccompCmpOp::Eq, SAME), (2, SeccompCmpOp::Eq, SAME)])?);
        }
    }
    rules.insert(SYS_tgkill, only(0, SeccompCmpOp::Eq, u64::from(std::process::id()))?);
    rules.insert(SYS_fcntl, all(&OWNERS_OF_DESCRIPTORS.map(|command| (1, SeccompCmpOp::Ne, command as u64)))?);
    rules.insert(SYS_ioctl, all(&OWNERS_OF_SOCKETS.map(|command| (1, SeccompCmpOp::Ne, command)))?);
    // No network, no code that was not there at the start, no other attribute of the process than its threads' names.
    rules.insert(SYS_socket, only(0, SeccompCmpOp::Eq, AF_UNIX as u64)?);
    rules.insert(SYS_mmap, only(2, SeccompCmpOp::MaskedEq(PROT_EXEC as u64), 0)?);
    rules.insert(SYS_mprotect, only(2, SeccompCmpOp::MaskedEq(PROT_EXEC as u64), 0)?);
    rules.insert(SYS_prctl, only(0, SeccompCmpOp::Eq, PR_SET_NAME as u64)?);
    let filter = SeccompFilter::new(rules, SeccompAction::Errno(ENOSYS as u32), SeccompAction::Allow, TargetArch::x86_64)?;
    apply_filter(&BpfProgram::try_from(filter)?)?;
    Ok(())
}

fn only(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    all(&[(argument, operator, value)])
}

/// A call all of whose arguments are so.
fn all(conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let conditions = conditions.iter().map(|(argument, operator, value)| Condition::new(*argument, Dword, operator.clone(), *value));
    Ok(vec![SeccompRule::new(conditions.collect::<Result<_, _>>()?)?])
}
