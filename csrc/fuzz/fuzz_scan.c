/* Anything under any name: classification, and whatever it leads to. */
#include "drive.h"

FUZZ_NAMES("a", "a.pkl", "a.pt", "a.safetensors", "a.joblib", "a.json", "a.npz", "a.keras", "a.onnx", "a.py", "a.gz", "a.yaml", "a.7z", "a.h5")
