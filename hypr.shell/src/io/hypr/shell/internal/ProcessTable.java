package io.hypr.shell.internal;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

import io.hypr.engine.Insides.Process;
import io.hypr.engine.Insides.Processes;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Processes in columns, as {@code docker top} shows what ps says of them. */
public final class ProcessTable {

    private static final int WIDTH = 20;
    private static final int GAP = 3;
    private static final List<String> FULL = List.of("user=UID", "pid", "ppid", "c", "stime", "tty", "time", "args=CMD");
    private static final List<String> USERS = List.of("user", "pid", "%cpu", "%mem", "vsz", "rss", "tty", "stat", "start=START", "bsdtime", "args");

    private record Column(String header, BiFunction<Processes, Process, String> value) {
    }

    private static final Map<String, Column> COLUMNS = new LinkedHashMap<>();

    static {
        column("pid", "PID", (all, p) -> "" + p.pid());
        column("ppid", "PPID", (all, p) -> "" + p.ppid());
        column("user uname euser ruser", "USER", (all, p) -> all.users().getOrDefault(p.uid(), "" + p.uid()));
        column("uid euid ruid", "UID", (all, p) -> "" + p.uid());
        column("gid egid rgid", "GID", (all, p) -> "" + p.gid());
        column("comm ucmd ucomm", "COMMAND", (all, p) -> p.name());
        column("args cmd command", "COMMAND", (all, p) -> p.words());
        column("s state", "S", (all, p) -> "" + p.state());
        column("stat", "STAT", (all, p) -> stat(p));
        column("time cputime", "TIME", (all, p) -> clock(p.ticks() / 100));
        column("bsdtime", "TIME", (all, p) -> p.ticks() / 6000 + String.format(":%02d", p.ticks() / 100 % 60));
        column("etime", "ELAPSED", (all, p) -> elapsed(age(all, p)));
        column("etimes", "ELAPSED", (all, p) -> "" + age(all, p));
        column("c", "C", (all, p) -> "" + (long) Math.min(99, share(all, p)));
        column("%cpu pcpu", "%CPU", (all, p) -> String.format(Locale.ROOT, "%.1f", share(all, p)));
        column("%mem pmem", "%MEM", (all, p) -> String.format(Locale.ROOT, "%.1f", Math.floor(1000.0 * p.resident() / all.memory()) / 10));
        column("vsz vsize", "VSZ", (all, p) -> "" + p.size() / 1024);
        column("rss rssize rsz", "RSS", (all, p) -> "" + p.resident() / 1024);
        column("tty tt tname", "TTY", (all, p) -> tty(p));
        column("stime start start_time", "STIME", (all, p) -> began(all, p));
        column("ni nice", "NI", (all, p) -> "" + p.nice());
        column("nlwp thcount", "NLWP", (all, p) -> "" + p.threads());
        column("pgid pgrp", "PGID", (all, p) -> "" + p.group());
        column("sid sess session", "SID", (all, p) -> "" + p.session());
    }

    private final List<Column> columns;

    private ProcessTable(List<Column> columns) {
        this.columns = columns;
    }

    private static void column(String names, String header, BiFunction<Processes, Process, String> value) {
        for (String name : names.split(" ")) {
            COLUMNS.put(name, new Column(header, value));
        }
    }

    /**
     * @param options of ps
     * @return the table that they ask for
     */
    public static ProcessTable of(List<String> options) {
        List<String> names = new ArrayList<>();
        List<String> whole = FULL;
        for (int i = 0; i < options.size(); i++) {
            String option = options.get(i);
            String bare = option.startsWith("--format") ? "o" : option.startsWith("-") ? option.substring(1) : option;
            int o = bare.indexOf('o');
            if (o >= 0 && bare.substring(0, o).matches("[aAexw]*")) {
                String value = option.startsWith("--format=") ? option.substring("--format=".length()) : bare.substring(o + 1);
                if (value.isEmpty()) {
                    if (++i == options.size()) {
                        throw unknown(option);
                    }
                    value = options.get(i);
                }
                names.addAll(Arrays.asList(value.split("[, ]+")));
            } else if (bare.matches("[aAexfFwl]*u[aAexw]*") && !option.startsWith("-")) {
                whole = USERS;
            } else if (!bare.matches("[aAexfFw]+")) {
                throw unknown(option);
            }
        }
        List<Column> columns = (names.isEmpty() ? whole : names).stream().map(ProcessTable::named).toList();
        if (columns.stream().noneMatch(c -> c.header.equals("PID"))) {
            throw new HyprException(ErrorCode.INVALID, "Couldn't find PID field in ps output");
        }
        return new ProcessTable(columns);
    }

    private static HyprException unknown(String option) {
        return new HyprException(ErrorCode.INVALID, "ps: the option '" + option + "' is not known here").remedy("Known are -ef, aux, and -o with the columns "
            + String.join(", ", COLUMNS.keySet()) + ".");
    }

    private static Column named(String word) {
        String[] parts = word.split("=", 2);
        Column c = COLUMNS.get(parts[0].toLowerCase(Locale.ROOT));
        if (c == null) {
            throw new HyprException(ErrorCode.INVALID, "ps: the column '" + parts[0] + "' is not known here")
                .remedy("Known are " + String.join(", ", COLUMNS.keySet()) + ".");
        }
        return parts.length == 1 ? c : new Column(parts[1], c.value);
    }

    /**
     * @param all processes
     * @return the table
     */
    public String print(Processes all) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns.stream().map(Column::header).toList());
        all.list().forEach(p -> lines.add(columns.stream().map(c -> c.value.apply(all, p)).toList()));
        StringBuilder out = new StringBuilder();
        int[] widths = new int[columns.size()];
        lines.forEach(l -> Arrays.setAll(widths, i -> Math.max(Math.max(widths[i], WIDTH), l.get(i).length() + GAP)));
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                out.append(line.get(i)).repeat(' ', i == line.size() - 1 ? 0 : widths[i] - line.get(i).length());
            }
            out.append('\n');
        }
        return out.toString();
    }

    private static long age(Processes all, Process p) {
        return Math.max(0, (long) (all.uptime() - p.start() / 100.0));
    }

    private static double share(Processes all, Process p) {
        double age = all.uptime() - p.start() / 100.0;
        return age <= 0 ? 0 : p.ticks() / age;
    }

    private static String clock(long seconds) {
        return String.format("%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    private static String elapsed(long seconds) {
        long days = seconds / 86_400;
        return days > 0 ? days + "-" + clock(seconds % 86_400) : seconds < 3600 ? clock(seconds).substring(3) : clock(seconds);
    }

    private static String tty(Process p) {
        int major = p.terminal() >> 8 & 0xfff;
        int minor = p.terminal() & 0xff | p.terminal() >> 12 & 0xfff00;
        return p.terminal() == 0 ? "?" : major >= 136 && major < 144 ? "pts/" + (minor + 256 * (major - 136)) : major + "," + minor;
    }

    private static String stat(Process p) {
        return p.state() + (p.nice() < 0 ? "<" : p.nice() > 0 ? "N" : "")
            + (p.session() == p.pid() ? "s" : "") + (p.threads() > 1 ? "l" : "") + (p.foreground() ? "+" : "");
    }

    private static String began(Processes all, Process p) {
        ZonedDateTime at = Instant.now().minus(Duration.ofSeconds(age(all, p))).atZone(ZoneId.systemDefault());
        return DateTimeFormatter.ofPattern(at.toLocalDate().equals(ZonedDateTime.now().toLocalDate()) ? "HH:mm" : "MMMdd", Locale.ROOT).format(at);
    }
}
