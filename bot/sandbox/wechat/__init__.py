"""WeChat as a service account meets it: the server API, encrypted pushes, and phones with the app."""
