package io.hypr.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What is inside containers: files, changes, processes, use of resources. Implemented by the engine, called by front ends from any thread.
 * A container that does not run is given a microVM while its files are open; nothing of it runs then, and a start waits until they are
 * closed.
 *
 * <p>
 * A container is named as in {@link Containers}. All methods throw {@link io.hypr.model.HyprException}: {@code NOT_FOUND} if there is no
 * such container or path, {@code CONFLICT} if it is paused, {@code UNSUPPORTED} if it was started by a version of HYPR that could not do
 * this.
 */
@ProviderType
public interface Insides {

    /**
     * Opens the file system of a container.
     *
     * @param container name or id
     * @return its files, until the caller closes it, on the thread that opened it
     */
    Tree open(String container);

    /** Files of a container, for any thread until it is closed. */
    @ProviderType
    interface Tree extends AutoCloseable {

        /**
         * Looks at a file.
         *
         * @param path absolute; a link at its end is not followed, links before it are
         * @return what is there
         */
        FileInfo stat(String path);

        /**
         * Reads a file, or a directory with all in it, as a tar archive.
         *
         * @param path as in {@link #stat}
         * @param name the name that it has in the archive
         * @param to gets the archive; is not closed
         */
        void get(String path, String name, OutputStream to);

        /**
         * Unpacks a tar archive.
         *
         * @param directory absolute; it is there
         * @param archive is read to its end; not closed
         */
        void put(String directory, InputStream archive);

        /** {@return what differs from the image, by path} */
        List<Change> changes();

        /** Lets go of it; what was written is on the container's disk then. */
        @Override
        void close();
    }

    /**
     * {@return its processes}
     *
     * @param container name or id; it must run
     */
    Processes processes(String container);

    /**
     * {@return what it has used up to now}
     *
     * @param container name or id; it must run
     */
    Usage usage(String container);

    /**
     * {@return octets that its workload's files take up on its writable disk, in whole blocks of 4096; a guest writes back within half a minute}
     *
     * @param container name or id
     */
    long disk(String container);

    /**
     * A file.
     *
     * @param mode as stat(2) has it, with the kind of file
     * @param size octets
     * @param mtime seconds since 1970
     * @param link target of a symbolic link, else empty
     */
    record FileInfo(int mode, long size, long mtime, String link) {
        /** {@return whether it is a directory} */
        public boolean isDirectory() {
            return (mode & 0170000) == 0040000;
        }

        /** {@return whether it is a symbolic link} */
        public boolean isLink() {
            return (mode & 0170000) == 0120000;
        }
    }

    /**
     * A change of the file system.
     *
     * @param kind {@code A} = added, {@code C} = changed, {@code D} = deleted
     * @param path in the container
     */
    record Change(char kind, String path) {
    }

    /**
     * Processes of a container at one moment.
     *
     * @param uptime seconds since the microVM started
     * @param memory octets that it has
     * @param users names by number, as the image has them
     * @param list by number
     */
    record Processes(double uptime, long memory, Map<Integer, String> users, List<Process> list) {
    }

    /**
     * A process, with numbers as proc_pid_stat(5) has them.
     *
     * @param pid number in the container
     * @param ppid of its parent; 0 = it has none in there
     * @param uid its user
     * @param gid its group
     * @param state a letter
     * @param session number of the session's first process
     * @param group number of the group's first process
     * @param terminal 0 = none
     * @param foreground whether it is in the terminal's foreground
     * @param ticks hundredths of a second of processor time
     * @param start hundredths of a second after the microVM's start
     * @param nice -20 to 19
     * @param threads how many
     * @param size octets of address space
     * @param resident octets in memory
     * @param name of the program
     * @param words its words, separated by spaces; the name in brackets if it has none
     */
    record Process(int pid, int ppid, int uid, int gid, char state, int session, int group, int terminal, boolean foreground, long ticks, long start,
            int nice, int threads, long size, long resident, String name, String words) {
    }

    /**
     * What a container has used.
     *
     * @param processor microseconds of processor time
     * @param memory octets in use, without caches that can be dropped
     * @param limit octets of memory that it has
     * @param processes how many
     * @param received octets from networks
     * @param sent octets to networks
     * @param read octets from disks
     * @param written octets to disks
     * @param time nanoseconds of the microVM's clock at which this was so
     */
    record Usage(long processor, long memory, long limit, long processes, long received, long sent, long read, long written, long time) {
    }
}
