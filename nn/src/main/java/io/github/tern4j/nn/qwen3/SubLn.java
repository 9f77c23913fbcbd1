package io.github.tern4j.nn.qwen3;
public enum SubLn { NONE, PAPER, ALL }
