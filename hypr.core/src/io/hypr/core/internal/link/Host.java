package io.hypr.core.internal.link;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.hypr.core.internal.link.Answers.Exit;
import io.hypr.core.internal.link.Answers.Welcome;

/**
 * The host's durable side of a link: takes what the guest said. All methods but {@link #taken} are called by the one thread that reads
 * the connection, in the order of the frames. What they were told counts as taken only after {@link #flush} has returned.
 */
public interface Host {

    /**
     * @return number of the last frame of this boot that was taken for good, read back from the disk where there is doubt
     * @throws IOException if that cannot be found out
     */
    long taken() throws IOException;

    /**
     * A connection is up.
     *
     * @param welcome what the guest said
     * @throws IOException if what was kept cannot be read
     */
    void connected(Welcome welcome) throws IOException;

    /**
     * @param stream number of the stream
     * @param number of the frame
     * @param octets valid during the call
     * @throws IOException if they cannot be kept: the connection is then dropped, and the guest will send them again
     */
    void data(int stream, long number, ByteBuffer octets) throws IOException;

    /**
     * @param stream on which nothing more comes
     * @param number of the frame
     * @throws IOException as above
     */
    void end(int stream, long number) throws IOException;

    /**
     * @param stream on which the guest can take more
     * @param number of the frame
     * @param octets how much more
     * @throws IOException as above
     */
    void credit(int stream, long number, long octets) throws IOException;

    /**
     * @param number of the frame
     * @param exit what has ended, and how
     * @throws IOException as above
     */
    void exit(long number, Exit exit) throws IOException;

    /** @param sentence of the agent about itself */
    void note(String sentence);

    /**
     * Makes everything safe that was told so far.
     *
     * @param taken number of the last frame
     * @throws IOException as above
     */
    void flush(long taken) throws IOException;
}
