package dev.caravan.worker;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

@SpringBootApplication(scanBasePackages = "dev.caravan.worker.config")
@ConfigurationPropertiesScan
public class WorkerAgentApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(WorkerAgentApplication.class, arguments);
    }
}
