package io.hypr.itest;

/** QEMU's backend, as a bundle. */
class QemuExam extends BackendExam {

    QemuExam() {
        super("hypr.vmm.qemu");
    }
}
