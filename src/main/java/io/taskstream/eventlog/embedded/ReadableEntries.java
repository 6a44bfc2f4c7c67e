package io.taskstream.eventlog.embedded;

import java.util.function.BiConsumer;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.Page;
import org.jspecify.annotations.Nullable;

/** The entries of a map that lie in pages which can be read, in order; those in damaged ones are passed over. */
final class ReadableEntries<K, V> {

    private final BiConsumer<K, V> visitor;
    private long unreadable;

    private ReadableEntries(BiConsumer<K, V> visitor) {
        this.visitor = visitor;
    }

    /**
     * Shows them.
     *
     * @param visitor must not fail
     * @return how many pages are damaged, each with all that lies beneath it
     * @throws RuntimeException if a page can't be read that is not damaged
     */
    static <K, V> long visit(MVMap<K, V> map, BiConsumer<K, V> visitor) {
        var entries = new ReadableEntries<>(visitor);
        entries.visit(map.getRootPage());
        return entries.unreadable;
    }

    private void visit(Page<K, V> page) {
        if (page.isLeaf()) {
            for (int i = 0; i < page.getKeyCount(); i++) {
                visitor.accept(page.getKey(i), page.getValue(i));
            }
            return;
        }
        for (int i = 0; i <= page.getKeyCount(); i++) {
            Page<K, V> child = child(page, i);
            if (child != null) {
                visit(child);
            }
        }
    }

    private @Nullable Page<K, V> child(Page<K, V> page, int index) {
        try {
            return page.getChildPage(index);
        } catch (RuntimeException e) {
            if (!Corruption.isIn(e)) {
                throw e;
            }
            unreadable++;
            return null;
        }
    }
}
