"""Files and media of the sandbox: uploads, downloads, thumbnails and encoding (protocol section 6)."""
