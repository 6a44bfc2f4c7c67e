package io.taskstream.app;

import io.taskstream.eventlog.EventLog;
import io.taskstream.task.EventReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;

/**
 * What is moved before the server serves, so that tasks can go from one engine to another.
 *
 * @param exportFile where to write all tasks, empty for nowhere
 * @param importFile from where to take tasks in, empty for nowhere
 */
record Transfer(String exportFile, String importFile) {

    private static final Logger LOG = System.getLogger(Transfer.class.getName());

    static Transfer read(SettingReader config) {
        return new Transfer(config.text("taskstream.export.file", ""), config.text("taskstream.import.file", ""));
    }

    /** Takes in and writes out what is asked for. */
    void run(EventLog log, EventReader reader) {
        try {
            if (!importFile.isEmpty()) {
                int tasks = new LogImport(log, reader).readFrom(Path.of(importFile));
                LOG.log(Level.INFO, "{0} tasks were taken in from {1}", tasks, importFile);
            }
            if (!exportFile.isEmpty()) {
                int tasks = new LogExport(log).writeTo(Path.of(exportFile));
                LOG.log(Level.INFO, "{0} tasks were written to {1}", tasks, exportFile);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
