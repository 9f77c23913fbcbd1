package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tern4j.nn.file.SafetensorsFile;
import io.github.tern4j.nn.generate.Generator;
import io.github.tern4j.nn.generate.Sampler;
import io.github.tern4j.nn.generate.Sampling;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Greedy decoding with the golden models; limits are those of the golden set's manifest. */
class KvDecodeGoldenTest {

  private static final int PROMPT = 5;
  private static final int STEPS = 16;

  @ParameterizedTest
  @CsvSource({
    "smooth, qwen3_tiny/hf, F32, 2.6e-5, vector", "smooth, qwen3_tiny/hf, F32, 2.6e-5, reference",
    "bit, qwen3_tiny_subln_bit/hf, TERNARY, 2.5e-5, vector", "bit, qwen3_tiny_subln_bit/hf, TERNARY, 2.5e-5, reference"})
  void greedyTokensAreTheGoldenOnes(String run, String directory, WeightFormat format, double absoluteLimit, String backendName) {
    Optional<Path> golden = golden();
    assumeTrue(golden.isPresent(), "no golden set; BITDISTILL_SHARED names the folder that has golden/");
    try (Backend backend = Backends.open(backendName, 2);
        InferenceModel model = InferenceModel.load(golden.get().resolve(directory), backend, format);
        SafetensorsFile decode = SafetensorsFile.open(golden.get().resolve("kv_decode/decode.safetensors"))) {
      int[] prompts = decode.ints(run + ".prompt_ids");
      int[] expected = decode.ints(run + ".generated_ids");
      float[] expectedLogits = decode.floats(run + ".step_logits").array();
      for (int text = 0; text < prompts.length / PROMPT; text++) {
        int[] prompt = Arrays.copyOfRange(prompts, text * PROMPT, (text + 1) * PROMPT);
        int[] wanted = Arrays.copyOfRange(expected, text * STEPS, (text + 1) * STEPS);
        Generator generator = new Generator(model.session(), new Sampler(Sampling.GREEDY, 0));
        assertThat(generator.generate(prompt, STEPS, Set.of(), id -> true).ids()).isEqualTo(wanted);
        DecodeSession session = model.session();
        for (int step = 0; step < STEPS; step++) {
          float[] logits = step == 0 ? session.prefill(prompt) : session.decode(wanted[step - 1]);
          for (int id = 0; id < logits.length; id++) {
            double golden64 = expectedLogits[(text * STEPS + step) * logits.length + id];
            assertThat(Math.abs(logits[id] - golden64)).as("step %d, id %d", step, id).isLessThanOrEqualTo(absoluteLimit);
          }
        }
      }
    }
  }

  private static Optional<Path> golden() {
    String configured = System.getenv("BITDISTILL_SHARED");
    if (configured != null) {
      return Optional.of(Path.of(configured, "golden")).filter(Files::isDirectory);
    }
    for (Path above = Path.of("").toAbsolutePath(); above != null; above = above.getParent()) {
      Path golden = above.resolve("shared").resolve("golden");
      if (Files.isDirectory(golden)) {
        return Optional.of(golden);
      }
    }
    return Optional.empty();
  }
}
