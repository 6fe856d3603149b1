package io.hypr.shell.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers;
import io.hypr.engine.Insides;
import io.hypr.engine.Insides.Usage;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Names;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr stats}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=stats"})
public final class Stats extends Command {

    private static final long MOMENT = 1000;
    /** What Docker shows of a container that does not run. */
    private static final Usage NOTHING = new Usage(0, 0, 0, 0, 0, 0, 0, 0, 0);
    private static final String CLEAR = "\033[2J\033[H";

    private final Containers containers;
    private final Insides insides;

    /**
     * @param containers the engine
     * @param insides the engine
     */
    @Activate
    public Stats(@Reference Containers containers, @Reference Insides insides) {
        super("stats");
        this.containers = containers;
        this.insides = insides;
    }

    /**
     * A line of the table.
     *
     * @param named as the container was named by the caller
     * @param container what is known of it
     * @param before an earlier look; null = there was none
     * @param now the last look; null = it could not be looked at, as while it is paused
     */
    record Row(String named, ContainerInfo container, Usage before, Usage now) {

        String processor() {
            if (now == null) {
                return "--";
            }
            long time = before == null ? now.time() : now.time() - before.time();
            long used = now.processor() - (before == null ? 0 : before.processor());
            return percent(time <= 0 ? 0 : 100.0 * used * 1000 / time);
        }

        String memory() {
            return now == null ? "-- / --" : Human.binarySize(now.memory()) + " / " + Human.binarySize(now.limit());
        }

        String memoryShare() {
            return now == null ? "--" : percent(now.limit() == 0 ? 0 : 100.0 * now.memory() / now.limit());
        }

        String network() {
            return now == null ? "--" : Human.size(now.received()) + " / " + Human.size(now.sent());
        }

        String disk() {
            return now == null ? "--" : Human.size(now.read()) + " / " + Human.size(now.written());
        }

        String processes() {
            return now == null ? "--" : "" + now.processes();
        }

        private static String percent(double value) {
            return String.format(Locale.ROOT, "%.2f%%", value);
        }
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        words.rest().forEach(containers::inspect);
        String format = words.get("format").orElse("table");
        boolean once = words.is("no-stream");
        Map<String, Usage> before = new LinkedHashMap<>();
        look(words).forEach(r -> before.put(r.container.id, r.now));
        while (true) {
            Thread.sleep(MOMENT);
            List<Row> rows = look(words).stream().map(r -> new Row(r.named, r.container, before.get(r.container.id), r.now)).toList();
            Listing<Row> table = list(rows, format, words.is("no-trunc"));
            if (once) {
                return table;
            }
            call.out().print(format.startsWith("table") ? CLEAR + table.text() : table.text());
            call.out().flush();
            if (call.out().checkError()) {
                return null; // Nobody looks any more.
            }
            before.clear();
            rows.forEach(r -> before.put(r.container.id, r.now));
        }
    }

    /** Looks at all at once, since each look takes a moment. */
    private List<Row> look(Words words) {
        List<Row> wanted = words.rest().isEmpty()
            ? containers.list().stream().filter(c -> words.is("all") || c.state == ContainerState.RUNNING || c.state == ContainerState.PAUSED)
                .map(c -> new Row(Names.brief(c.id), c, null, null)).toList()
            : words.rest().stream().map(n -> new Row(n, containers.inspect(n), null, null)).toList();
        List<CompletableFuture<Row>> looks = wanted.stream().map(r -> {
            CompletableFuture<Row> future = new CompletableFuture<>();
            Thread.ofVirtual().name("stats " + r.container.id).start(() -> future.complete(new Row(r.named, r.container, null, usage(r.container))));
            return future;
        }).toList();
        return looks.stream().map(CompletableFuture::join).filter(Objects::nonNull).toList();
    }

    /** @return null if it cannot be looked at */
    private Usage usage(ContainerInfo c) {
        if (c.state != ContainerState.RUNNING && c.state != ContainerState.PAUSED) {
            return NOTHING;
        }
        try {
            return insides.usage(c.id);
        } catch (HyprException e) {
            return null;
        }
    }

    private static Listing<Row> list(List<Row> rows, String format, boolean full) {
        return new Table<Row>("*container.statsContext")
            .field("Container", "CONTAINER", Row::named)
            .field("ID", "CONTAINER ID", r -> full ? r.container.id : Names.brief(r.container.id))
            .field("Name", "NAME", r -> r.container.name)
            .field("CPUPerc", "CPU %", Row::processor)
            .field("MemUsage", "MEM USAGE / LIMIT", Row::memory)
            .field("MemPerc", "MEM %", Row::memoryShare)
            .field("NetIO", "NET I/O", Row::network)
            .field("BlockIO", "BLOCK I/O", Row::disk)
            .field("PIDs", "PIDS", Row::processes)
            .list(rows, format, List.of("ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs"));
    }

    @Override
    public Completion completion() {
        return Completion.RUNNING;
    }
}
