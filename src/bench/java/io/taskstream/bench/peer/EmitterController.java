package io.taskstream.bench.peer;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Streams as Spring's guides show them: a list of emitters, and a loop over it. */
@RestController
@RequestMapping("/tasks/{id}")
public class EmitterController {

    private final ConcurrentMap<String, List<SseEmitter>> tasks = new ConcurrentHashMap<>();

    @GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    public SseEmitter watch(@PathVariable("id") String id) throws IOException {
        var emitter = new SseEmitter(0L);
        List<SseEmitter> emitters = emitters(id);
        emitter.onCompletion(() -> emitters.remove(emitter));
        emitter.onError(error -> emitters.remove(emitter));
        emitter.send(SseEmitter.event().comment("welcome"));
        emitters.add(emitter);
        return emitter;
    }

    @PostMapping("/events")
    public String publish(@PathVariable("id") String id, @RequestBody String body) {
        List<SseEmitter> emitters = emitters(id);
        body.lines().forEach(event -> emitters.forEach(emitter -> send(emitter, event)));
        return "{}";
    }

    private List<SseEmitter> emitters(String id) {
        return tasks.computeIfAbsent(id, task -> new CopyOnWriteArrayList<>());
    }

    private static void send(SseEmitter emitter, String event) {
        try {
            emitter.send(SseEmitter.event().data(event, MediaType.TEXT_PLAIN));
        } catch (IOException | IllegalStateException e) {
            emitter.completeWithError(e);
        }
    }
}
