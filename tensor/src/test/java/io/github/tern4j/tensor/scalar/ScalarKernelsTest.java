package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BufferPool;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.contract.BackendContract;

class ScalarKernelsTest extends BackendContract {

  @Override
  protected Backend open() {
    Workers workers = new Workers(2);
    return new CpuBackend(ScalarKernels.NAME, ScalarKernels.table(workers), workers, new BufferPool());
  }
}
