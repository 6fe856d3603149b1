//! From the document to libkrun's machine. The crates below libkrun's C interface are used, because that interface does not tell when the machine is built.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crossbeam_channel::unbounded;
use krun_devices::virtio::block::{ImageType, SyncMode};
use krun_devices::virtio::fs::passthrough::PermissionSemantics;
use krun_devices::virtio::{CacheType, TsiFlags};
use krun_polly::event_manager::EventManager;
use krun_vmm::builder::build_microvm;
use krun_vmm::resources::{DefaultVirtioConsoleConfig, VirtioConsoleConfigMode, VmResources};
use krun_vmm::vmm_config::block::BlockDeviceConfig;
use krun_vmm::vmm_config::external_kernel::{ExternalKernel, KernelFormat};
use krun_vmm::vmm_config::fs::FsDeviceConfig;
use krun_vmm::vmm_config::machine_config::VmConfig;
use krun_vmm::vmm_config::net::NetworkInterfaceConfig;
use krun_vmm::vmm_config::vsock::VsockDeviceConfig;
use krun_vmm::Vmm;

use crate::document::{Disk, Document, Share};

/// Disks, interfaces and shares that a machine can have: libkrun gives each device one of eleven interrupts, and balloon, entropy, console and link have theirs.
pub const DEVICES: usize = 7;

const LINK_PORT: u32 = 1024;
const GUEST: u32 = 3;

#[cfg(target_arch = "x86_64")]
const KERNEL: KernelFormat = KernelFormat::Elf;
#[cfg(target_arch = "aarch64")]
const KERNEL: KernelFormat = KernelFormat::Raw;

/// A machine whose guest runs.
pub struct Machine {
    events: EventManager,
    _vmm: Arc<Mutex<Vmm>>,
    _locks: Vec<File>,
}

impl Machine {
    /// Serves the devices. The end of the guest ends the process.
    pub fn run(&mut self) -> ! {
        loop {
            if let Err(e) = self.events.run() {
                crate::messages::say(&format!("the machine's devices cannot be served any more: {e:?}"));
                std::process::exit(1);
            }
        }
    }
}

/// Builds the machine and lets its processors run.
pub fn build(document: &Document, locks: Vec<File>, networks: Vec<NetworkInterfaceConfig>) -> Result<Machine, String> {
    let mut resources = VmResources::default();
    resources.disable_implicit_console = true;
    let size = VmConfig {
        vcpu_count: Some(document.processors),
        mem_size_mib: Some((document.memory >> 20) as usize),
        ht_enabled: Some(false),
        cpu_template: None,
    };
    resources.set_vm_config(&size).map_err(|e| format!("libkrun refuses processors or memory: {e}"))?;
    resources.set_external_kernel(kernel(document)?);
    // Without a terminal libkrun makes a console only of its log: see messages.rs.
    resources.virtio_consoles.push(VirtioConsoleConfigMode::Autoconfigure(DefaultVirtioConsoleConfig {
        input_fd: -1,
        output_fd: -1,
        err_fd: -1,
    }));
    for (index, disk) in document.disks.iter().enumerate() {
        resources.add_block_device(block(index, disk)).map_err(|e| format!("The disk {} cannot be used: {e}", disk.file.display()))?;
    }
    for (index, network) in networks.into_iter().enumerate() {
        resources.add_network_interface(network).map_err(|e| format!("The network interface {index} cannot be made: {e}"))?;
    }
    document.shares.iter().for_each(|share| resources.add_fs_device(file_system(share)));
    resources.set_vsock_device(link(&document.guest)).map_err(|e| format!("The link cannot be made: {e}"))?;
    #[cfg(feature = "gpu")]
    if document.gpu {
        resources.set_gpu_virgl_flags(GPU_FLAGS);
    }

    let mut events = EventManager::new().map_err(|e| format!("Events cannot be waited for: {e:?}"))?;
    let (sender, _receiver) = unbounded();
    let vmm = build_microvm(&resources, &mut events, None, sender).map_err(|e| format!("libkrun cannot build the machine: {e}"))?;
    #[cfg(all(feature = "gpu", target_os = "macos"))]
    if document.gpu {
        krun_vmm::worker::start_worker_thread(vmm.clone(), _receiver).map_err(|e| format!("The memory of the GPU cannot be served: {e}"))?;
    }
    Ok(Machine { events, _vmm: vmm, _locks: locks })
}

/// Venus without the OpenGL renderer: Vulkan in the guest, which virglrenderer puts on MoltenVK and that on Metal.
#[cfg(feature = "gpu")]
const GPU_FLAGS: u32 = 1 << 6 | 1 << 7;

fn kernel(document: &Document) -> Result<ExternalKernel, String> {
    let initramfs = std::fs::metadata(&document.initramfs).map_err(|e| format!("The initramfs {} cannot be examined: {e}", document.initramfs.display()))?;
    Ok(ExternalKernel {
        path: document.kernel.clone(),
        format: KERNEL,
        initramfs_path: Some(document.initramfs.clone()),
        initramfs_size: initramfs.len(),
        cmdline: Some(document.arguments.clone()),
    })
}

fn block(index: usize, disk: &Disk) -> BlockDeviceConfig {
    BlockDeviceConfig {
        block_id: format!("disk{index}"),
        // What the guest flushes is on the host's disk.
        cache_type: CacheType::Writeback,
        disk_image_path: disk.file.display().to_string(),
        disk_image_format: ImageType::Raw,
        is_disk_read_only: disk.read_only,
        direct_io: false,
        sync_mode: SyncMode::Full,
    }
}

fn file_system(share: &Share) -> FsDeviceConfig {
    FsDeviceConfig {
        fs_id: share.tag.clone(),
        shared_dir: Some(share.directory.display().to_string()),
        semantics: PermissionSemantics::LinuxComplete,
        shm_size: None,
        read_only: share.read_only,
        virtual_entries: Vec::new(),
    }
}

/// Only the one port leads anywhere: the guest reaches no other socket of the host.
fn link(socket: &Path) -> VsockDeviceConfig {
    VsockDeviceConfig {
        vsock_id: "link".into(),
        guest_cid: GUEST,
        host_port_map: None,
        unix_ipc_port_map: Some(HashMap::from([(LINK_PORT, (socket.to_path_buf(), false))])),
        tsi_flags: TsiFlags::empty(),
    }
}
