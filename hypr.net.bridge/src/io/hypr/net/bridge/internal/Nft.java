package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** The program nft(8). Each change is one transaction of the kernel: all of it happens, or nothing. */
final class Nft {

    /** What a run left. */
    record Result(int status, String out) {
    }

    /** @return where the program is, if it is there */
    static Optional<Path> program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin:/sbin:/usr/local/sbin";
        return Stream.of(path.split(":")).filter(d -> !d.isEmpty()).map(d -> Path.of(d, "nft")).filter(Files::isExecutable).findFirst();
    }

    /**
     * Carries out a transaction.
     *
     * @param commands in nft's language
     * @throws HyprException if nothing was changed
     */
    void apply(String commands) {
        Result result = run(commands, "-f", "-");
        if (result.status() != 0) {
            String first = result.out().lines().findFirst().orElse("exit status " + result.status());
            boolean denied = first.contains("Operation not permitted");
            HyprException e = new HyprException(denied ? ErrorCode.DENIED : ErrorCode.INTERNAL, "nft refused a change of the rules: " + first);
            throw denied ? e.remedy("Run hyprd as root or with CAP_NET_ADMIN.") : e;
        }
    }

    /**
     * @param words of a list command
     * @return its output; empty if what was asked for is not there
     */
    Optional<String> list(String... words) {
        List<String> all = new ArrayList<>(List.of("-n", "list"));
        all.addAll(List.of(words));
        Result result = run("", all.toArray(String[]::new));
        return result.status() == 0 ? Optional.of(result.out()) : Optional.empty();
    }

    Result run(String input, String... words) {
        Path program = program().orElseThrow(() -> new HyprException(ErrorCode.UNSUPPORTED, "The program nft is not installed.")
                .remedy("Install the package nftables."));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C");
        try {
            // nft reads its input whole before it writes, so one thread can do both.
            Process process = builder.redirectErrorStream(true).start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), out);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "nft could not be run.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while nft ran.", e);
        }
    }
}
