package io.hypr.image;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an image says about its containers (OCI image specification, section "Image Configuration"). Texts that it does not say are empty, never null.
 *
 * @param user {@code user[:group]}
 * @param exposedPorts such as {@code 80/tcp}
 * @param env {@code NAME=value}
 * @param entrypoint words that come before the command
 * @param cmd the command, or the words after the entry point
 * @param volumes directories that get a volume each
 * @param workingDir where the command starts
 * @param labels by name
 * @param stopSignal name or number; empty = SIGTERM
 * @param healthcheck null = none
 * @param shell for shell forms of build instructions; empty = {@code /bin/sh -c}
 */
public record ImageConfig(
        String user,
        Set<String> exposedPorts,
        List<String> env,
        List<String> entrypoint,
        List<String> cmd,
        Set<String> volumes,
        String workingDir,
        Map<String, String> labels,
        String stopSignal,
        Healthcheck healthcheck,
        List<String> shell) {

    /** Copies the collections. */
    public ImageConfig {
        exposedPorts = Set.copyOf(exposedPorts);
        env = List.copyOf(env);
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
        volumes = Set.copyOf(volumes);
        labels = Map.copyOf(labels);
        shell = List.copyOf(shell);
    }

    /**
     * How health is found out.
     *
     * @param test {@code [NONE]}, {@code [CMD, word...]} or {@code [CMD-SHELL, line]}
     * @param interval between checks; zero = the default
     * @param timeout of one check; zero = the default
     * @param startPeriod in which failures do not count
     * @param startInterval between checks in the start period; zero = the default
     * @param retries failures in a row; 0 = the default
     */
    public record Healthcheck(
            List<String> test, Duration interval, Duration timeout, Duration startPeriod, Duration startInterval, int retries) {
        /** Copies the list. */
        public Healthcheck {
            test = List.copyOf(test);
        }
    }
}
