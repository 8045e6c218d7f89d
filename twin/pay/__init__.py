"""WeChat Pay v3, the half that merchants talk to."""
