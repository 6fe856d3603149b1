package io.hypr.itest.exam;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.ops4j.pax.exam.TestAddress;
import org.ops4j.pax.exam.TestContainerException;
import org.ops4j.pax.exam.TestProbeBuilder;
import org.ops4j.pax.exam.spi.ExamReactor;
import org.ops4j.pax.exam.spi.StagedExamReactor;
import org.ops4j.pax.exam.spi.reactors.ReactorManager;

/**
 * Runs Jupiter tests inside the framework that Pax Exam starts. Pax Exam itself brings a runner for JUnit 4 only.
 *
 * <p>The test class says with {@code @Configuration} what the framework holds; its {@code @Test} methods run in there, in a bundle that Pax Exam
 * makes of them, and not in the class that Jupiter made.
 */
public final class PaxExamExtension implements BeforeAllCallback, AfterAllCallback, InvocationInterceptor {

    static {
        // The product brings its own log service; Pax Exam's would be a second one.
        System.setProperty("pax.exam.logging", "none");
    }

    private final Map<Method, TestAddress> addresses = new ConcurrentHashMap<>();
    private final ReactorManager manager = ReactorManager.getInstance();
    private StagedExamReactor staged;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Class<?> type = context.getRequiredTestClass();
        Object instance = type.getDeclaredConstructor().newInstance();
        ExamReactor reactor = manager.prepareReactor(type, instance);
        TestProbeBuilder probe = manager.createProbeBuilder(instance);
        for (Method method : Arrays.stream(type.getDeclaredMethods()).filter(m -> m.isAnnotationPresent(Test.class)).toList()) {
            manager.storeTestMethod(probe.addTest(type, method.getName()), method);
        }
        reactor.addProbe(probe);
        staged = manager.stageReactor();
        manager.beforeSuite(staged);
        manager.beforeClass(staged, instance);
        for (TestAddress address : staged.getTargets()) {
            if (manager.lookupTestMethod(address.root()) instanceof Method method) {
                addresses.put(method, address);
            }
        }
    }

    @Override
    public void interceptTestMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> test, ExtensionContext context)
            throws Throwable {
        invocation.skip();
        try {
            staged.invoke(addresses.get(test.getExecutable()));
        } catch (TestContainerException e) {
            throw e.getCause() instanceof InvocationTargetException i ? i.getCause() : e;
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        manager.afterClass(staged, context.getRequiredTestClass());
        manager.afterSuite(staged);
    }
}
