"""What people do with missions and methods: one module for each topic."""
