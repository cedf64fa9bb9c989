print("gud")
