package io.hypr.core.internal.engine;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.osgi.service.log.Logger;

import io.hypr.core.internal.records.Json;
import io.hypr.core.internal.records.Records;
import io.hypr.engine.EngineEvent;
import io.hypr.engine.EngineListener;
import io.hypr.engine.Events;
import io.hypr.model.HyprException;

/** What has happened: kept, read, and told to listeners. Safe for use by any thread. */
final class EventBook implements Events {

    private static final int KEPT = 1_000;

    /** An event as it is kept. */
    private static final class Kept {
        public Instant time;
        public String type;
        public String action;
        public String actor;
        public Map<String, String> attributes = new TreeMap<>();
    }

    /** What one listener has not heard yet, and the thread that tells it. */
    private final class Feed {
        final EngineListener listener;
        final Deque<EngineEvent> waiting = new ArrayDeque<>();
        boolean closed;

        Feed(EngineListener listener) {
            this.listener = listener;
            Thread.ofVirtual().name("event listener").start(this::tell);
        }

        synchronized void add(EngineEvent event) {
            waiting.addLast(event);
            if (waiting.size() > KEPT) {
                waiting.removeFirst();
                log.warn("The listener {} is more than {} events behind: it misses one.", listener, KEPT);
            }
            notifyAll();
        }

        synchronized void close() {
            closed = true;
            notifyAll();
        }

        private synchronized EngineEvent next() throws InterruptedException {
            while (waiting.isEmpty() && !closed) {
                wait();
            }
            return closed ? null : waiting.removeFirst();
        }

        private void tell() {
            try {
                for (EngineEvent e = next(); e != null; e = next()) {
                    try {
                        listener.event(e);
                    } catch (RuntimeException failure) {
                        log.error("The listener {} failed.", listener, failure);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final Logger log;
    private final List<Feed> feeds = new CopyOnWriteArrayList<>();
    private final Deque<EngineEvent> kept = new ArrayDeque<>();
    private Records records;
    private long count;

    EventBook(Logger log) {
        this.log = log;
    }

    synchronized void open(Records from) {
        records = from;
        for (String json : records.events()) {
            Kept k = Json.read(json, Kept.class);
            kept.addLast(new EngineEvent(k.time, k.type, k.action, k.actor, k.attributes));
        }
        count = kept.size();
    }

    void add(EngineListener listener) {
        feeds.add(new Feed(listener));
    }

    void remove(EngineListener listener) {
        for (Feed feed : feeds) {
            if (feed.listener == listener && feeds.remove(feed)) {
                feed.close();
            }
        }
    }

    void tell(Instant time, String type, String action, String actor, Map<String, String> attributes) {
        publish(new EngineEvent(time, type, action, actor, attributes));
    }

    @Override
    public void publish(EngineEvent event) {
        Kept k = new Kept();
        k.time = event.time();
        k.type = event.type();
        k.action = event.action();
        k.actor = event.actor();
        k.attributes.putAll(event.attributes());
        synchronized (this) {
            try {
                if (records != null) {
                    records.putEvent(Json.write(k));
                }
            } catch (HyprException e) {
                log.warn("An event could not be kept: {}", e.getMessage(), e);
            }
            kept.addLast(event);
            count++;
            if (kept.size() > KEPT) {
                kept.removeFirst();
            }
            feeds.forEach(f -> f.add(event));
            notifyAll();
        }
    }

    @Override
    public void read(Instant since, Instant until, Consumer<? super EngineEvent> sink) throws InterruptedException {
        long seen;
        synchronized (this) {
            seen = since == null ? count : count - kept.size();
        }
        while (true) {
            List<EngineEvent> more = new ArrayList<>();
            synchronized (this) {
                while (seen >= count) {
                    long left = until == null ? 0 : until.toEpochMilli() - System.currentTimeMillis();
                    if (until != null && left <= 0) {
                        return;
                    }
                    wait(left);
                }
                int skip = (int) Math.max(0, kept.size() - (count - seen));
                more.addAll(kept.stream().skip(skip).toList());
                seen = count;
            }
            for (EngineEvent e : more) {
                if (until != null && !e.time().isBefore(until)) {
                    return;
                }
                if (since == null || !e.time().isBefore(since)) {
                    sink.accept(e);
                }
            }
        }
    }

    void close() {
        feeds.forEach(Feed::close);
    }
}
