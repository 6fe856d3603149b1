package io.hypr.core.internal.records;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

import io.hypr.engine.Volumes.Volume;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The engine's records in {@code hypr.db} (SQLite, write-ahead log). One connection, one call at a time: the engine is the only writer. What a method
 * has returned from is safe from the end of this process; a loss of power can cost the last changes but never the order of changes.
 */
public final class Records implements AutoCloseable {

    /** Changes of the schema, one step a generation; PRAGMA user_version counts those that were made. */
    private static final List<String> MIGRATIONS = List.of("""
        CREATE TABLE container (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, record TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE network (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, record TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE lease (network TEXT NOT NULL, address TEXT NOT NULL, container TEXT NOT NULL, PRIMARY KEY (network, address)) WITHOUT ROWID;
        CREATE TABLE event (number INTEGER PRIMARY KEY, record TEXT NOT NULL);
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID""", """
        CREATE TABLE volume (name TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID""");

    private final Path file;
    private final Consumer<String> points;
    private final Connection connection;
    /** By their text, each prepared once. */
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private int roomForEvents;

    /**
     * @param home directory of the database
     * @param points is told each change before it is made, as {@code record.KIND} or {@code record.KIND.gone}, and after it with {@code .done}; may throw
     */
    public Records(Path home, Consumer<String> points) {
        this.file = home.resolve("hypr.db");
        this.points = points;
        Connection opened = null;
        try {
            opened = open(file);
            migrate(opened);
        } catch (SQLException e) {
            close(opened, e);
            if (isDamage(e)) {
                throw aside(e);
            }
            throw failure("cannot be opened", e);
        } catch (HyprException e) {
            close(opened, e);
            throw e;
        }
        this.connection = opened;
    }

    private static Connection open(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setBusyTimeout(5_000);
        config.setGetGeneratedKeys(false); // Else each change is followed by a query for one.
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return source.getConnection();
    }

    private static void close(Connection connection, Exception reason) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    private static boolean isDamage(SQLException e) {
        int code = e.getErrorCode() & 0xFF;
        return code == 11 || code == 26; // SQLITE_CORRUPT, SQLITE_NOTADB
    }

    private HyprException aside(SQLException cause) {
        Path kept = file.resolveSibling("hypr.db.corrupt-" + Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", ""));
        try {
            for (String suffix : List.of("", "-wal", "-shm")) {
                Path part = Path.of(file + suffix);
                if (Files.exists(part)) {
                    Files.move(part, Path.of(kept + suffix), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
            return new HyprException(ErrorCode.CORRUPT, "The records in " + file + " are damaged, and the file cannot be set aside.", cause)
                .remedy("Move it away yourself and start hyprd again.");
        }
        return new HyprException(ErrorCode.CORRUPT, "The records in " + file + " are damaged; the file was kept as " + kept + ".", cause)
            .remedy("Put back a good copy as " + file + " and start hyprd again, or just start it again to begin with no containers;"
                + " 'sqlite3 " + kept + " .recover' may save what is readable.");
    }

    private void migrate(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            int version;
            try (ResultSet r = s.executeQuery("PRAGMA user_version")) {
                version = r.getInt(1);
            }
            if (version > MIGRATIONS.size()) {
                throw new HyprException(ErrorCode.UNSUPPORTED,
                    "The records in " + file + " are of generation " + version + "; this engine knows those up to " + MIGRATIONS.size() + ".")
                    .remedy("Use the version of HYPR that wrote them, or a newer one.");
            }
            for (; version < MIGRATIONS.size(); version++) {
                c.setAutoCommit(false);
                for (String change : MIGRATIONS.get(version).split(";")) {
                    s.executeUpdate(change);
                }
                s.executeUpdate("PRAGMA user_version = " + (version + 1));
                c.commit();
                c.setAutoCommit(true);
            }
            try (ResultSet r = s.executeQuery("SELECT count(*) FROM container")) {
                r.getInt(1); // Reads at least one page of the tree: damage shows now and not at the first command.
            }
        }
    }

    private HyprException failure(String what, SQLException e) {
        int code = e.getErrorCode() & 0xFF;
        if (code == 13) { // SQLITE_FULL
            return new HyprException(ErrorCode.EXHAUSTED, "The disk with " + file + " is full.", e).remedy("Make room there.");
        }
        return new HyprException(isDamage(e) ? ErrorCode.CORRUPT : ErrorCode.UNAVAILABLE, "The records in " + file + " " + what + ".", e);
    }

    /** Work on the connection. */
    @FunctionalInterface
    interface Work<T> {
        T with(Connection c) throws SQLException;
    }

    private synchronized <T> T run(Work<T> work) {
        try {
            return work.with(connection);
        } catch (SQLException e) {
            forget(e);
            throw failure("cannot be read or written", e);
        }
    }

    /** One that failed, as on a full disk, holds its transaction open, and all that come after it would fail, too. */
    private void forget(SQLException reason) {
        for (PreparedStatement s : statements.values()) {
            try {
                s.close();
            } catch (SQLException e) {
                reason.addSuppressed(e); // It is closed all the same.
            }
        }
        statements.clear();
    }

    private PreparedStatement statement(Connection c, String sql, Object... values) throws SQLException {
        PreparedStatement s = statements.get(sql);
        if (s == null) {
            s = c.prepareStatement(sql);
            statements.put(sql, s);
        }
        for (int i = 0; i < values.length; i++) {
            s.setObject(i + 1, values[i]);
        }
        return s;
    }

    private int update(String sql, Object... values) {
        return run(c -> statement(c, sql, values).executeUpdate());
    }

    /** A change that decides what the next engine finds. */
    private int change(String point, String sql, Object... values) {
        points.accept(point);
        int rows = update(sql, values);
        points.accept(point + ".done");
        return rows;
    }

    private List<String> texts(String sql, Object... values) {
        return run(c -> {
            List<String> found = new ArrayList<>();
            try (ResultSet r = statement(c, sql, values).executeQuery()) {
                while (r.next()) {
                    found.add(r.getString(1));
                }
            }
            return found;
        });
    }

    /**
     * @param record to be kept, in place of an earlier one with its id
     */
    public void put(ContainerRecord record) {
        change("record.container", "INSERT INTO container VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, record = excluded.record",
            record.info.id, record.info.name, Json.write(record));
    }

    /** @return all of them */
    public List<ContainerRecord> containers() {
        return texts("SELECT record FROM container").stream().map(j -> Json.read(j, ContainerRecord.class)).toList();
    }

    /** @param id of the container that is forgotten */
    public void removeContainer(String id) {
        change("record.container.gone", "DELETE FROM container WHERE id = ?", id);
    }

    /** @param record to be kept */
    public void put(NetworkRecord record) {
        change("record.network", "INSERT INTO network VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, record = excluded.record",
            record.network.id, record.network.name, Json.write(record));
    }

    /** @return all of them */
    public List<NetworkRecord> networks() {
        return texts("SELECT record FROM network").stream().map(j -> Json.read(j, NetworkRecord.class)).toList();
    }

    /** @param id of the network that is forgotten */
    public void removeNetwork(String id) {
        change("record.network.gone", "DELETE FROM network WHERE id = ?", id);
        update("DELETE FROM lease WHERE network = ?", id);
    }

    /** @param volume to be kept */
    public void put(Volume volume) {
        change("record.volume", "INSERT INTO volume VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record", volume.name, Json.write(volume));
    }

    /** @return all of them, by name */
    public List<Volume> volumes() {
        return texts("SELECT record FROM volume ORDER BY name").stream().map(j -> Json.read(j, Volume.class)).toList();
    }

    /** @param name of the volume that is forgotten */
    public void removeVolume(String name) {
        change("record.volume.gone", "DELETE FROM volume WHERE name = ?", name);
    }

    /**
     * @param network its id
     * @param address an address in it
     * @param container id of who wants it
     * @return false if another container has it
     */
    public boolean lease(String network, String address, String container) {
        return change("record.lease", "INSERT INTO lease VALUES (?, ?, ?) ON CONFLICT DO NOTHING", network, address, container) == 1
            || owner(network, address).filter(container::equals).isPresent();
    }

    /**
     * @param network its id
     * @param address an address in it
     * @return id of the container that has it
     */
    public Optional<String> owner(String network, String address) {
        return texts("SELECT container FROM lease WHERE network = ? AND address = ?", network, address).stream().findFirst();
    }

    /**
     * @param network its id
     * @return addresses that are taken
     */
    public List<String> leases(String network) {
        return texts("SELECT address FROM lease WHERE network = ?", network);
    }

    /** @param container id of the container whose addresses are free again */
    public void release(String container) {
        change("record.lease.gone", "DELETE FROM lease WHERE container = ?", container);
    }

    /**
     * Keeps an event, and of all the newest 1,000 and some more.
     *
     * @param json the event
     */
    public synchronized void putEvent(String json) {
        update("INSERT INTO event (record) VALUES (?)", json);
        if (--roomForEvents < 0) {
            update("DELETE FROM event WHERE number <= (SELECT max(number) FROM event) - 1000");
            roomForEvents = 100;
        }
    }

    /** @return the newest 1,000 events, the oldest first */
    public List<String> events() {
        return texts("SELECT record FROM (SELECT * FROM event ORDER BY number DESC LIMIT 1000) ORDER BY number");
    }

    /**
     * Counts. A value is also above every value that a lost database has given out on this host, since it is never below the clock.
     *
     * @param name of the counter
     * @return its next value
     */
    public long next(String name) {
        return Long.parseLong(texts(
            "INSERT INTO counter VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = max(value + 1, ?2) RETURNING value",
            name, System.currentTimeMillis()).getFirst());
    }

    @Override
    public void close() {
        run(c -> {
            c.close();
            return null;
        });
    }
}
