/* Graphs in protocol buffers, and what else holds a graph. */
#include "drive.h"

FUZZ_NAMES("a.onnx", "a.pb", "saved_model.pb", "a.pmml", "a.h5", "a.msgpack", "a.tflite", "keras_metadata.pb", "a.pbtxt", "tokenizer.model",
           "a.arrow", "a.parquet")
