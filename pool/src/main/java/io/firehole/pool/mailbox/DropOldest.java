package io.firehole.pool.mailbox;

/** The oldest elements make room for new ones. What remains is still in order. */
final class DropOldest<E> extends Relief<E> {

    @Override
    void free(Source<E> lanes, long updates, long bytes) {
        Loss loss = Loss.NOTHING;
        long freed = 0;
        while (loss.updates() < updates || freed < bytes) {
            E oldest = lanes.take();
            if (oldest == null) {
                break;
            }
            freed += contents().size(oldest);
            loss = loss.and(contents().slot(oldest));
        }
        lanes.dropped(loss);
    }
}
