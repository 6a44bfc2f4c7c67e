package sample;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.List;

/** What the job reads and writes: numbers, slowly. */
final class Rows {

    private Rows() {}

    @Dependent
    @Named("rowReader")
    public static class Reader extends AbstractItemReader {

        @Inject
        @BatchProperty
        String rows;

        private int row;

        @Override
        public void open(Serializable checkpoint) {
            row = checkpoint == null ? 0 : (Integer) checkpoint;
        }

        @Override
        public Object readItem() throws InterruptedException {
            Thread.sleep(20);
            return row == Integer.parseInt(rows) ? null : ++row;
        }

        @Override
        public Serializable checkpointInfo() {
            return row;
        }
    }

    @Dependent
    @Named("rowWriter")
    public static class Writer extends AbstractItemWriter {

        @Override
        public void writeItems(List<Object> rows) {
            // A real one writes to a database.
        }
    }
}
