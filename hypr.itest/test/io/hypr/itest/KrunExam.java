package io.hypr.itest;

/** The embedded hypervisor's backend, as a bundle. */
class KrunExam extends BackendExam {

    KrunExam() {
        super("hypr.vmm.krun");
    }
}
