package io.hypr.itest;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

import io.hypr.itest.exam.BackendFramework;
import io.hypr.itest.exam.Product;
import io.hypr.tck.VmmBackendContract;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmmBackend;

/** The contract of backends, run against a bundle as it was built, in a framework of its own. A backend's class names the bundle. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BackendExam extends VmmBackendContract {

    private final String bundle;
    private BackendFramework framework;

    BackendExam(String bundle) {
        this.bundle = bundle;
    }

    @BeforeAll
    void startTheFramework() throws Exception {
        framework = new BackendFramework(Product.HOME.resolve("bundles/" + bundle + ".jar"));
        framework.another();
    }

    @AfterAll
    void stopTheFramework() {
        framework.close();
    }

    @Override
    protected VmmBackend backend() throws Exception {
        return framework.another();
    }

    @Override
    protected VmmBackend successor() throws Exception {
        return framework.updated();
    }

    @Override
    protected VmPlan.Boot boot() {
        Path share = Product.HOME.resolve("share");
        return new VmPlan.Boot(share.resolve("kernel/vmlinux"), share.resolve("kernel/bzImage"), share.resolve("initramfs.cpio"), List.of());
    }

    @Override
    protected String name() {
        return framework.name();
    }

    @Override
    protected Set<String> facets() {
        return framework.facets();
    }

    @Override
    protected Path records() {
        return Path.of("..", bundle, "test/records");
    }
}
