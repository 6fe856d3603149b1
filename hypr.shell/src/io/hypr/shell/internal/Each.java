package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.List;

import io.hypr.model.HyprException;

/**
 * Does something to each of several things in turn, as Docker does: prints each name when it is done, goes on after a failure, and fails at the end
 * if one did.
 */
public final class Each {

    /** What is done. */
    @FunctionalInterface
    public interface Action {
        /**
         * @param name as it was typed
         * @throws InterruptedException if the caller was interrupted
         */
        void run(String name) throws InterruptedException;
    }

    private Each() {
    }

    /**
     * @param call the caller
     * @param names as they were typed
     * @param action what is done
     * @return the names of those that it was done to; null, so that nothing is printed twice
     * @throws InterruptedException if the caller was interrupted
     */
    public static Object run(Call call, List<String> names, Action action) throws InterruptedException {
        List<String> failures = new ArrayList<>();
        for (String name : names) {
            try {
                action.run(name);
                call.out().println(name);
                call.out().flush();
            } catch (HyprException e) {
                failures.add(e.remedy().map(r -> e.getMessage() + "\n" + r).orElse(e.getMessage()));
            }
        }
        if (!failures.isEmpty()) {
            call.out().flush();
            failures.forEach(f -> call.err().println("Error response from daemon: " + f));
            throw new Exit(1);
        }
        return null;
    }
}
