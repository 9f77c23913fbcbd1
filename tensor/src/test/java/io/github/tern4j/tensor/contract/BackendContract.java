package io.github.tern4j.tensor.contract;

import io.github.tern4j.tensor.Backend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** The suites of all kernel contracts for one backend that has all of them. A backend with fewer extends single suites. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContract {

  private Backend backend;

  /** Opens the backend under test; it is closed after the last test. */
  protected abstract Backend open();

  @BeforeAll
  void openBackend() {
    backend = open();
  }

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Nested
  class ActivationQuantizer extends ActivationQuantizerContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class AdamW extends AdamWContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Attention extends AttentionContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Binary extends BinaryContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class CachedAttention extends CachedAttentionContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Copy extends CopyContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class CrossEntropy extends CrossEntropyContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class DenseProduct extends DenseProductContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Embedding extends EmbeddingContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class KlDivergence extends KlDivergenceContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class LatentProduct extends LatentProductContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Matmul extends MatmulContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Memory extends MemoryContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Reduce extends ReduceContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Relation extends RelationContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class RmsNorm extends RmsNormContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Rope extends RopeContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Softmax extends SoftmaxContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class SwiGlu extends SwiGluContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class TernaryProduct extends TernaryProductContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Token extends TokenContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class TopRows extends TopRowsContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Unary extends UnaryContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class WeightQuantizer extends WeightQuantizerContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }
}
