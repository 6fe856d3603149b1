package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.hypr.engine.ContainerSpec;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.UsageException;
import io.hypr.shell.internal.grammar.Words;

/** Reads {@code --device}, {@code --gpu} and, in Docker's syntax, {@code --gpus}; shows what was read as Docker does. */
final class DeviceOptions {

    private static final Pattern BARE = Pattern.compile("(?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{1,2}:[01]?[0-9a-fA-F]\\.[0-7]");
    private static final String FORCE = ",force";
    private static final String COUNT = "count=";

    private static final String METAL = "metal";

    private DeviceOptions() {
    }

    /**
     * @param s gets the devices
     * @param words what was typed
     */
    static void read(ContainerSpec s, Words words) {
        words.all("device").forEach(d -> s.devices.add(address(s, d)));
        words.all("gpu").forEach(g -> gpu(s, g));
        words.all("gpus").forEach(g -> gpus(s, words, g));
    }

    /** Metal is no device that is lent: the backend hvf draws for its guests, and the Mac's GPU serves all of them. */
    private static void gpu(ContainerSpec s, String text) {
        if (text.equals(METAL)) {
            s.vmm = s.vmm == null ? "hvf" : s.vmm;
            s.vmmOptions.put("gpu", METAL);
        } else {
            s.gpus.add(address(s, text));
        }
    }

    /** An address without its bus is one of PCI; {@code force} behind it is for all devices of the container. */
    private static String address(ContainerSpec s, String text) {
        boolean force = text.endsWith(FORCE);
        s.deviceForce |= force;
        String address = force ? text.substring(0, text.length() - FORCE.length()) : text;
        return BARE.matcher(address).matches() ? "pci:" + address : address;
    }

    /** Docker's request for GPUs is a line of CSV: a count, or fields {@code key=value}, of which {@code device} is a list itself. */
    private static void gpus(ContainerSpec s, Words words, String text) {
        Integer count = null;
        List<String> devices = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String field : CsvLine.fields(words, "gpus", text)) {
            int equals = field.indexOf('=');
            String key = equals < 0 ? field : field.substring(0, equals);
            if (!seen.add(key)) {
                throw wrong(words, text, "gpu request key '" + key + "' can be specified only once");
            }
            if (equals < 0) {
                count = count(words, text, key);
                continue;
            }
            String value = field.substring(equals + 1);
            switch (key) {
                case "count" -> count = count(words, text, value);
                case "device" -> List.of(value.split(",", -1)).forEach(d -> devices.add(device(words, text, s, d)));
                // A microVM has the whole card, so no driver of the host chooses what may be done with it.
                case "driver", "capabilities", "options" -> seen.add(key);
                default -> throw wrong(words, text, "unexpected key '" + key + "' in '" + field + "'");
            }
        }
        if (count != null && !devices.isEmpty()) {
            throw new InputException("cannot set both Count and DeviceIDs on device request")
                    .remedy("Several devices stand in double quotes within the option: --gpus '\"device=0,1\"'.");
        }
        s.gpus.addAll(devices);
        if (devices.isEmpty()) {
            ask(s, count == null ? 1 : count);
        }
    }

    private static void ask(ContainerSpec s, int count) {
        if (count < 0) {
            s.gpus.add("all");
        } else if (count > 0) {
            s.gpus.add(COUNT + count);
        }
    }

    private static String device(Words words, String text, ContainerSpec s, String id) {
        if (!id.matches("[0-9]{1,4}") && !address(s, id).startsWith("pci:")) {
            throw wrong(words, text, "'" + id + "' is no GPU that HYPR knows: name it by its number or address in 'hypr gpu ls'");
        }
        return address(s, id);
    }

    private static int count(Words words, String text, String value) {
        try {
            return value.equals("all") ? -1 : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw wrong(words, text, "invalid count (" + value + "): value must be either \"all\" or an integer: invalid syntax");
        }
    }

    private static UsageException wrong(Words words, String text, String why) {
        return words.invalid("gpus", text, why);
    }

    /**
     * @param s what a container asks for
     * @return what Docker's inspect shows under DeviceRequests: a list, or null
     */
    static List<Object> requests(ContainerSpec s) {
        List<Object> all = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (String gpu : s.gpus) {
            if (gpu.equals("all") || gpu.startsWith(COUNT)) {
                all.add(request(gpu.equals("all") ? -1 : Integer.parseInt(gpu.substring(COUNT.length())), null));
            } else {
                ids.add(gpu);
            }
        }
        if (!ids.isEmpty()) {
            all.add(request(0, ids));
        }
        return all.isEmpty() ? null : all;
    }

    private static Map<String, Object> request(int count, List<String> ids) {
        Map<String, Object> r = new LinkedHashMap<>();
        r.put("Driver", "");
        r.put("Count", count);
        r.put("DeviceIDs", ids);
        r.put("Capabilities", List.of(List.of("gpu")));
        r.put("Options", Map.of());
        return r;
    }
}
