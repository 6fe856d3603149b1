package io.hypr.shell.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import io.hypr.engine.SystemInfo;
import io.hypr.shell.internal.format.Json;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Template;

/** Prints facts by name, in words of a command's own or by {@code --format}. */
public final class Facts {

    private Facts() {
    }

    /**
     * @param facts the facts
     * @param format {@code json}, a template, or nothing
     * @param text what is printed without a format
     * @return the facts, as a list of one
     */
    public static Listing<Map<String, Object>> print(Map<String, Object> facts, Optional<String> format, Supplier<String> text) {
        String shown = format.isEmpty() ? text.get() : format.get().equals("json") ? Json.compact(facts) + "\n" : Template.parse(format.get())
                .render(facts) + "\n";
        return new Listing<>(List.of(facts), shown);
    }

    /**
     * @param info of the engine
     * @return how microVMs have started since hyprd did: numbers, and means in microseconds
     */
    public static Map<String, Object> starts(SystemInfo.Info info) {
        return Map.of("FromTemplates", info.fromTemplates.count, "FromTemplatesMeanMicros", info.fromTemplates.mean.toNanos() / 1000,
            "Booted", info.booted.count, "BootedMeanMicros", info.booted.mean.toNanos() / 1000);
    }

    /**
     * @param kernel the kernel's name of an architecture
     * @return Go's, which Docker shows
     */
    public static String goArchitecture(String kernel) {
        return switch (kernel) {
            case "x86_64", "amd64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            default -> kernel;
        };
    }
}
