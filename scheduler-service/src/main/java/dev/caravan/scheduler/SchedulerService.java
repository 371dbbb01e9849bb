package dev.caravan.scheduler;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The scheduler's process. */
@SpringBootApplication(proxyBeanMethods = false)
public class SchedulerService {

    static void main(String[] arguments) {
        SpringApplication.run(SchedulerService.class, arguments);
    }
}
