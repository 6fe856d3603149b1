package io.hypr.itest;

/** Cloud Hypervisor's backend, as a bundle. */
class CloudHypervisorExam extends BackendExam {

    CloudHypervisorExam() {
        super("hypr.vmm.cloudhypervisor");
    }
}
