package io.taskstream.bench.peer;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/** Spring MVC with its defaults. */
@Configuration
@EnableWebMvc
public class SpringConfiguration {}
