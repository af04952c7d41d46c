"""What surrounds training: DLPack, data and the like."""
