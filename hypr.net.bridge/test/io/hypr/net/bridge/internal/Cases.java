package io.hypr.net.bridge.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Runs the methods of a class of cases, in a process of its own, and tells on standard output how each ended. */
public final class Cases {

    /** Begins a line that names a case that passed. */
    public static final String PASSED = "PASSED ";
    /** Begins a line that names a case that failed; the lines before say why. */
    public static final String FAILED = "FAILED ";

    private Cases() {
    }

    /** @param args the class; then, if only one method shall run, its name */
    public static void main(String... args) throws Exception {
        Class<?> type = Class.forName(args[0]);
        List<Method> methods = Arrays.stream(type.getDeclaredMethods())
                .filter(m -> m.isAnnotationPresent(Case.class) && (args.length < 2 || m.getName().equals(args[1])))
                .sorted(Comparator.comparing(Method::getName)).toList();
        for (Method method : methods) {
            Throwable failure = run(type, method);
            if (failure != null) {
                failure.printStackTrace(System.out);
            }
            System.out.println((failure == null ? PASSED : FAILED) + method.getName());
        }
        System.exit(0);
    }

    private static Throwable run(Class<?> type, Method method) throws Exception {
        Host host = new Host();
        Throwable failure = null;
        try {
            method.invoke(type.getDeclaredConstructor().newInstance(), host);
        } catch (InvocationTargetException e) {
            failure = e.getCause();
        }
        try {
            host.clean();
        } catch (Exception | AssertionError e) {
            if (failure == null) {
                return e;
            }
            failure.addSuppressed(e);
        }
        return failure;
    }
}
