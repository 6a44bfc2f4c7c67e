package io.taskstream.eventlog.redis;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection over which nothing has come since something was asked. Where a Redis hangs, or a network swallows
 * what is sent, TCP says nothing for minutes, and Lettuce only lets commands time out; once the connection is closed, it
 * connects anew, to where the Sentinel or the Cluster says by then.
 *
 * <p>One for each connection; called by its event loop alone.
 */
final class AnswerTimeoutHandler extends ChannelDuplexHandler {

    private static final Logger LOG = System.getLogger(AnswerTimeoutHandler.class.getName());

    /** Looks without an answer; the first may come right after the question. */
    private static final int MOST_LOOKS = 2;

    private final long millis;
    private boolean isAsked;
    private int looks;
    private @Nullable ScheduledFuture<?> timer;

    /**
     * @param patience an answer may take so long, and no longer than twice that
     */
    AnswerTimeoutHandler(Duration patience) {
        this.millis = patience.toMillis();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // One timer for all that is asked, since a timer for each question would cost more than the question.
        timer = ctx.executor().scheduleWithFixedDelay(() -> look(ctx), millis, millis, TimeUnit.MILLISECONDS);
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (timer != null) {
            timer.cancel(false);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        isAsked = true;
        super.write(ctx, message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        isAsked = false;
        looks = 0;
        ctx.fireChannelRead(message);
    }

    private void look(ChannelHandlerContext ctx) {
        if (!isAsked) {
            return;
        }
        looks++;
        if (looks >= MOST_LOOKS) {
            SocketAddress from = ctx.channel().remoteAddress();
            var unused = ctx.close();
            LOG.log(Level.INFO, "Nothing came from {0} for {1} ms or more: the connection is closed", from, millis);
        }
    }
}
