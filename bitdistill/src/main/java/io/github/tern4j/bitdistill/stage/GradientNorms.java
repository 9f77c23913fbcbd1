package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.data.PaddedBatch;
import java.util.function.Function;

/**
 * Norms of the gradients that the three terms of stage 3 send to the student's parameters, each without its factor. Which term
 * steers training is told by these norms times their factors, not by the values of the losses.
 *
 * @param crossEntropy of CE
 * @param logits of LD
 * @param relation of AD
 */
public record GradientNorms(double crossEntropy, double logits, double relation) {

  /** Measures on one batch with a forward and backward pass for each term. No gradient may be waiting in the parameters. */
  public static GradientNorms measure(TrainableModel teacher, TrainableModel student, PaddedBatch batch,
      DistillationOptions options) {
    return new GradientNorms(norm(teacher, student, batch, options, DistillationTerms::crossEntropy),
        norm(teacher, student, batch, options, DistillationTerms::logits),
        norm(teacher, student, batch, options, DistillationTerms::relation));
  }

  private static double norm(TrainableModel teacher, TrainableModel student, PaddedBatch batch, DistillationOptions options,
      Function<DistillationTerms, Variable> term) {
    try (Tape tape = Tape.recording(student.backend()); Tape teacherTape = Tape.inference(teacher.backend())) {
      tape.backward(term.apply(DistillationTerms.compute(tape, teacherTape, teacher, student, batch, options, false)));
    }
    double norm = student.network().parameters().gradientNorm();
    student.network().parameters().clearGradients();
    return norm;
  }
}
