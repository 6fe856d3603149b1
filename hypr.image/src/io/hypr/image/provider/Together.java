package io.hypr.image.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Work on virtual threads that succeeds or fails as a whole: at the first failure the rest is interrupted, and nothing runs any more when it is over. */
final class Together {

    private Together() {
    }

    static <T> List<T> run(List<? extends Callable<T>> tasks) {
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        List<Future<T>> futures = new ArrayList<>();
        boolean done = false;
        try {
            ExecutorCompletionService<T> completion = new ExecutorCompletionService<>(executor);
            tasks.forEach(task -> futures.add(completion.submit(task)));
            for (int i = 0; i < tasks.size(); i++) {
                completion.take().get();
            }
            done = true;
            return futures.stream().map(Future::resultNow).toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "The work was cancelled.", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof HyprException h ? h : new HyprException(ErrorCode.INTERNAL, "A layer could not be brought or read.", e.getCause());
        } finally {
            if (!done) {
                executor.shutdownNow();
            }
            executor.close();
        }
    }
}
