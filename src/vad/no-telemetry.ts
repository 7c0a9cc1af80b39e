/**
 * From 1.29 on ONNX Runtime reports its use to Microsoft, by an id that it keeps in the home folder, unless this is set in the process's own environment before the
 * first model is loaded (microsoft/onnxruntime#27379). What a thread sets stays in the thread, so the main one imports this before it starts any.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1'
