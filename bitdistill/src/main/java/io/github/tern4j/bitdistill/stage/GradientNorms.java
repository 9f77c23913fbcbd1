package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.data.PaddedBatch;

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
    return new GradientNorms(norm(teacher, student, batch, options, new TermFactors(1, 0, 0)),
        norm(teacher, student, batch, options, new TermFactors(0, 1, 0)),
        norm(teacher, student, batch, options, new TermFactors(0, 0, 1)));
  }

  private static double norm(TrainableModel teacher, TrainableModel student, PaddedBatch batch, DistillationOptions options,
      TermFactors factors) {
    try (Tape tape = Tape.recording(student.backend()); Tape teacherTape = Tape.inference(teacher.backend())) {
      tape.backward(DistillationTerms.compute(tape, teacherTape, teacher, student, batch, options, factors, false).total());
    }
    double norm = student.network().parameters().gradientNorm();
    student.network().parameters().clearGradients();
    return norm;
  }
}
